// SPDX-License-Identifier: Apache-2.0
//! Request bodies as I-JSON (RFC 7493): the right content type, bounded size and depth, no member
//! twice. Two readers of one request must never see two different requests.

use axum::body::Bytes;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::response::{IntoResponse, Response};
use countersign_directory::json;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;

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

/// No body at all is none; anything else is a body.
impl<S: Send + Sync> OptionalFromRequest<S> for StrictJson {
    type Rejection = BodyFault;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, BodyFault> {
        let headers = request.headers().clone();
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| BodyFault {
                status: rejection.status(),
                message: "the body is too large or was cut short".into(),
            })?;
        if bytes.is_empty() {
            return Ok(None);
        }
        check_content_type(&headers)?;
        parse(&bytes).map(|value| Some(Self(value)))
    }
}

impl StrictJson {
    /// Reads the body as `T`; the fault names the member that does not fit.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, BodyFault> {
        serde_path_to_error::deserialize(self.0)
            .map_err(|fault| BodyFault::bad(format!("`{}`: {}", fault.path(), fault.inner())))
    }
}

/// The body is JSON, and says so.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), BodyFault> {
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

/// Parses one JSON text as [`countersign_directory::json::strict`] does.
pub fn parse(bytes: &[u8]) -> Result<Value, BodyFault> {
    json::strict(bytes).map_err(|fault| BodyFault::bad(format!("the body is not usable JSON: {fault}")))
}
