// SPDX-License-Identifier: Apache-2.0
//! Canonical JSON (appendices, section 3): members in order of their names, no white space, whole numbers of
//! at most 53 bits. What cannot be written so cannot be signed.

use serde_json::{Map, Value};

/// The largest whole number.
const LARGEST: i64 = (1 << 53) - 1;

/// A value that has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no whole number between -(2^53)+1 and (2^53)-1")]
pub struct NotCanonical(String);

/// The canonical bytes of `value`.
pub fn bytes(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out)?;
    Ok(out)
}

/// The canonical bytes of an object.
pub fn object(members: &Map<String, Value>) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::with_capacity(256);
    write_object(members, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => write_object(members, out)?,
        Value::String(text) => string(text, out),
        Value::Number(number) => {
            let whole = number
                .as_i64()
                .filter(|whole| (-LARGEST..=LARGEST).contains(whole));
            let whole = whole.ok_or_else(|| NotCanonical(number.to_string()))?;
            out.extend_from_slice(whole.to_string().as_bytes());
        }
        Value::Bool(_) | Value::Null => out.extend_from_slice(value.to_string().as_bytes()),
    }
    Ok(())
}

fn write_object(members: &Map<String, Value>, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_unstable_by(|one, other| one.0.cmp(other.0));
    out.push(b'{');
    for (position, (name, member)) in sorted.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        string(name, out);
        out.push(b':');
        write(member, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn string(text: &str, out: &mut Vec<u8>) {
    // INVARIANT: writing a text into a vector cannot fail; were it to, no signature would fit.
    let _ = serde_json::to_writer(out, text);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of the specification.
    #[test]
    fn values_are_written_as_the_specification_shows() {
        let written = |value: Value| String::from_utf8(bytes(&value).unwrap()).unwrap();
        assert_eq!(written(json!({})), "{}");
        assert_eq!(
            written(json!({"one": 1, "two": "Two"})),
            r#"{"one":1,"two":"Two"}"#
        );
        assert_eq!(written(json!({"b": "2", "a": "1"})), r#"{"a":"1","b":"2"}"#);
        assert_eq!(written(json!({"本": 2, "日": 1})), r#"{"日":1,"本":2}"#);
        assert_eq!(written(json!({"a": "\u{65E5}"})), "{\"a\":\"日\"}");
        assert_eq!(
            written(json!({"a": null, "b": -0.0_f64 as i64})),
            r#"{"a":null,"b":0}"#
        );
    }

    #[test]
    fn fractions_and_large_numbers_are_refused() {
        for value in [
            json!(1.5),
            json!(1e10),
            json!(9_007_199_254_740_992_i64),
            json!(u64::MAX),
        ] {
            assert!(bytes(&value).is_err(), "{value}");
        }
        assert!(bytes(&json!(-9_007_199_254_740_991_i64)).is_ok());
    }
}
