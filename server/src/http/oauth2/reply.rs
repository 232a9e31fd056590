// SPDX-License-Identifier: Apache-2.0
//! Answers of the provider's JSON endpoints.

use authn::oidc::error::{Code, Error};
use axum::Json;
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::json;

use crate::http::admission::refusal::with_retry_after;

/// What anybody may read and keep for a while, from any origin.
pub(super) fn public(body: &impl Serialize) -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, Json(json!(body))).into_response()
}

/// What only the caller may read.
pub(super) fn private(body: &impl Serialize) -> Response {
    (
        [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")],
        Json(json!(body)),
    )
        .into_response()
}

/// An error (RFC 6749, section 5.2).
pub(super) fn error(error: &Error) -> Response {
    let body = json!({ "error": error.code.as_str(), "error_description": error.description });
    let mut response = private(&body);
    if error.code == Code::InvalidClient {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        let challenge = http::HeaderValue::from_static("Basic realm=\"countersign\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    } else {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    response
}

/// The store did not answer; the cause is in the log.
pub(super) fn unavailable() -> Response {
    let error = Error::new(Code::TemporarilyUnavailable, "try again shortly");
    let body = json!({ "error": error.code.as_str(), "error_description": error.description });
    let mut response = private(&body);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    with_retry_after(response, Some(1))
}
