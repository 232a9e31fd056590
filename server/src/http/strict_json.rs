// SPDX-License-Identifier: Apache-2.0
//! Request bodies as I-JSON (RFC 7493): the right content type, bounded size and depth, no member
//! twice. Two readers of one request must never see two different requests.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::problem::Problem;

/// Deepest nesting that a request may have.
const DEPTH: usize = 32;

/// A body that could not be taken: 400, or 413 when too large.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BodyFault {
    /// 400 or 413.
    pub status: StatusCode,
    /// What is wrong, for the caller.
    pub message: String,
}

impl BodyFault {
    /// 400.
    pub fn bad(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
        }
    }
}

/// A parsed body.
#[derive(Debug)]
pub struct StrictJson(pub Value);

impl IntoResponse for BodyFault {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

impl<S: Send + Sync> FromRequest<S> for StrictJson {
    type Rejection = BodyFault;

    async fn from_request(request: Request, state: &S) -> Result<Self, BodyFault> {
        check_content_type(request.headers())?;
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| BodyFault {
                status: rejection.status(),
                message: "the body is too large or was cut short".into(),
            })?;
        parse(&bytes).map(Self)
    }
}

impl StrictJson {
    /// Reads the body as `T`; the fault names the member that does not fit.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, BodyFault> {
        serde_path_to_error::deserialize(self.0)
            .map_err(|fault| BodyFault::bad(format!("`{}`: {}", fault.path(), fault.inner())))
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), BodyFault> {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase());
    match essence.as_deref() {
        Some("application/json") => Ok(()),
        _ => Err(BodyFault::bad("the content type must be application/json")),
    }
}

/// Parses one JSON text; refuses members that occur twice and nesting deeper than 32.
pub fn parse(bytes: &[u8]) -> Result<Value, BodyFault> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = Node { depth: 0 }
        .deserialize(&mut source)
        .and_then(|value| source.end().map(|()| value))
        .map_err(|fault| BodyFault::bad(format!("the body is not usable JSON: {fault}")))?;
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
        assert!(
            parse(br#"{"a":{"b":1,"b":2}}"#)
                .unwrap_err()
                .message
                .contains("`b`")
        );
    }

    #[test]
    fn two_hundred_levels_are_refused() {
        let text = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(parse(text.as_bytes()).is_err());
    }

    #[test]
    fn text_after_the_value_is_refused() {
        assert!(parse(b"{} {}").is_err());
    }

    #[test]
    fn an_ordinary_body_is_read() {
        assert_eq!(parse(br#"{"a":[1,-2,0.5,true,null,"x"]}"#).unwrap()["a"][2], 0.5);
    }
}
