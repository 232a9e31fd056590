// SPDX-License-Identifier: Apache-2.0
//! JSON as I-JSON (RFC 7493): no member twice, bounded nesting. Two readers of one text must never see two
//! different texts.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Deepest nesting that is read.
pub const DEPTH: usize = 32;

/// Parses one JSON text; refuses members that occur twice and nesting deeper than [`DEPTH`].
pub fn strict(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = Node { depth: 0 }.deserialize(&mut source)?;
    source.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Node {
    depth: usize,
}

impl Node {
    fn below<E: Error>(self) -> Result<Self, E> {
        if self.depth >= DEPTH {
            return Err(E::custom(format_args!("nested deeper than {DEPTH}")));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Value;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut items = Vec::new();
        while let Some(item) = source.next_element_seed(below)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut members = Map::new();
        while let Some(name) = source.next_key::<String>()? {
            let value = source.next_value_seed(below)?;
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("member `{name}` occurs twice")));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_occurs_twice_is_refused() {
        let fault = strict(br#"{"a":{"b":1,"b":2}}"#).unwrap_err();
        assert!(fault.to_string().contains("`b`"), "{fault}");
    }

    #[test]
    fn two_hundred_levels_are_refused() {
        let text = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(strict(text.as_bytes()).is_err());
    }

    #[test]
    fn text_after_the_value_is_refused() {
        assert!(strict(b"{} {}").is_err());
    }

    #[test]
    fn an_ordinary_text_is_read() {
        assert_eq!(strict(br#"{"a":[1,-2,0.5,true,null,"x"]}"#).unwrap()["a"][2], 0.5);
    }
}
