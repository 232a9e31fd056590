// SPDX-License-Identifier: Apache-2.0
//! `/access/v1`: the decision API, OpenID AuthZEN Authorization API 1.0. Its errors are plain
//! sentences, as the standard says; a deny is no error.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::problem::Problem;
use super::strict_json::BodyFault;

pub mod answer;
pub mod evaluation;
pub mod wire;

/// An error of the decision API.
#[derive(Debug)]
pub struct AccessError {
    status: StatusCode,
    message: String,
}

impl From<BodyFault> for AccessError {
    fn from(fault: BodyFault) -> Self {
        Self {
            status: fault.status,
            message: fault.message,
        }
    }
}

impl From<Problem> for AccessError {
    fn from(problem: Problem) -> Self {
        Self {
            status: StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            message: problem.detail.unwrap_or(problem.title),
        }
    }
}

impl IntoResponse for AccessError {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.message + "\n").into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Gives the caller's `X-Request-ID` back, on errors too (AuthZEN 1.0, section 10.1.4).
pub fn echo_request_id(sent: &HeaderMap, mut response: Response) -> Response {
    if let Some(id) = sent.get("x-request-id") {
        response.headers_mut().insert("x-request-id", id.clone());
    }
    response
}
