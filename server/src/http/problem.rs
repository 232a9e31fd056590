// SPDX-License-Identifier: Apache-2.0
//! Errors of `/api/v1` as problem+json (RFC 9457): what happened, and what to do next.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::wire::WireStepUp;
use super::admission::refusal::with_retry_after;
use super::strict_json::BodyFault;

/// An error on the wire. `detail` is safe for the caller; what only the log may know is logged where
/// the problem is made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// The kind, in words that never change.
    pub title: String,
    /// What happened here and what to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// A reason code of the guards, when a decision refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The decision that refused, as the record names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_id: Option<String>,
    /// The offices, one of which is needed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required_roles: Vec<String>,
    /// After how many seconds to ask again, in a header.
    #[serde(skip)]
    pub retry_after: Option<u64>,
    /// The stronger or fresher sign-in that is all that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_up: Option<WireStepUp>,
    /// Each fault of the input, by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<InputFault>,
}

/// One fault of an input.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InputFault {
    /// Where, as a JSON path.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// A problem of `status` that says `detail`.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            detail: Some(detail.into()),
            reason: None,
            decision_id: None,
            required_roles: Vec::new(),
            retry_after: None,
            step_up: None,
            faults: Vec::new(),
        }
    }

    /// 400.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign in, or send a valid access token")
    }

    /// 403 with the guard that refused.
    pub fn forbidden(reason: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..Self::new(StatusCode::FORBIDDEN, detail)
        }
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is nothing here that you may see")
    }

    /// 500; `cause` goes to the log alone.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %cause, "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the request failed here; try again later",
        )
    }

    /// 503; `cause` goes to the log alone.
    pub fn unavailable(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %cause, "the store does not answer");
        Self {
            retry_after: Some(1),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the store does not answer; try again shortly",
            )
        }
    }
}

/// Errors that mean that the store did not answer.
macro_rules! unavailable {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for Problem {
            fn from(cause: $error) -> Self {
                Self::unavailable(&cause)
            }
        }
    )+};
}

unavailable! {
    crate::signing_keys::KeyFault,
    countersign_audit::store::StoreError,
    countersign_authn::store::StoreError,
    countersign_directory::store::StoreError,
    crate::record::RecordError,
    crate::world::TailError,
    sqlx::Error,
}

impl From<BodyFault> for Problem {
    fn from(fault: BodyFault) -> Self {
        Self::new(fault.status, fault.message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry_after = self.retry_after;
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let challenge = self.step_up.as_ref().and_then(challenge);
        let mut response = (status, Json(self)).into_response();
        if let Some(challenge) = challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        with_retry_after(response, retry_after)
    }
}

/// What would do, as RFC 9470, section 3, says it.
fn challenge(needed: &WireStepUp) -> Option<HeaderValue> {
    let acr = &needed.acr_values;
    let mut text = format!("Bearer error=\"insufficient_user_authentication\", acr_values=\"{acr}\"");
    if let Some(seconds) = needed.max_age {
        text.push_str(", max_age=");
        text.push_str(&seconds.to_string());
    }
    text.parse().ok()
}
