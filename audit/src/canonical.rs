// SPDX-License-Identifier: Apache-2.0
//! One way to write a JSON value: members in order of their names' bytes, no white space, numbers
//! and strings as `serde_json` writes them. The record's hashes are over these bytes.

use serde_json::Value;

/// The canonical bytes of `value`.
pub fn bytes(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out);
    out
}

/// Appends the canonical bytes of `value` to `out`.
pub fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by(|a, b| a.0.cmp(b.0));
            out.push(b'{');
            for (position, (name, member)) in sorted.into_iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                string(name, out);
                out.push(b':');
                write(member, out);
            }
            out.push(b'}');
        }
        Value::String(text) => string(text, out),
        Value::Bool(_) | Value::Null | Value::Number(_) => {
            out.extend_from_slice(value.to_string().as_bytes());
        }
    }
}

/// Appends `text` as a JSON string.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    // INVARIANT: writing a string into a vector cannot fail; were it to, the record would lack a
    // value and verification would say so.
    let _ = serde_json::to_writer(out, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_at_every_depth() {
        let value: Value = serde_json::from_str(r#"{"b":[{"d":1,"c":null}],"a":"\u00e9\n"}"#).unwrap();
        assert_eq!(
            String::from_utf8(bytes(&value)).unwrap(),
            "{\"a\":\"é\\n\",\"b\":[{\"c\":null,\"d\":1}]}"
        );
    }
}
