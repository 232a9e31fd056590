// SPDX-License-Identifier: Apache-2.0
//! `/access/v1`: the decision API, OpenID AuthZEN Authorization API 1.0. Its errors are plain
//! sentences, as the standard says; a deny is no error.

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::admission::refusal::{Refusal, with_retry_after};
use super::problem::Problem;
use super::strict_json::BodyFault;
use crate::app::App;
use wire::WireError;

pub mod answer;
pub mod asked;
pub mod batch;
pub mod evaluation;
pub mod evaluations;
pub mod metadata;
pub mod revision;
pub mod search;
pub mod wire;

/// The decision API.
pub fn router() -> Router<App> {
    Router::new()
        .route("/access/v1/evaluation", post(evaluation::post))
        .route("/access/v1/evaluations", post(evaluations::post))
        .route("/access/v1/search/subject", post(search::subject::post))
        .route("/access/v1/search/resource", post(search::resource::post))
        .route("/access/v1/search/action", post(search::action::post))
        .route("/.well-known/authzen-configuration", get(metadata::get))
        .route("/access/{*elsewhere}", any(nothing_here))
}

/// An error of the decision API.
#[derive(Debug)]
pub struct AccessError {
    status: StatusCode,
    message: String,
    retry_after: Option<u64>,
}

impl From<Refusal> for AccessError {
    fn from(refusal: Refusal) -> Self {
        Problem::from(refusal).into()
    }
}

impl From<BodyFault> for AccessError {
    fn from(fault: BodyFault) -> Self {
        Self {
            status: fault.status,
            message: fault.message,
            retry_after: None,
        }
    }
}

impl From<Problem> for AccessError {
    fn from(problem: Problem) -> Self {
        Self {
            status: StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            retry_after: problem.retry_after,
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
        with_retry_after(response, self.retry_after)
    }
}

impl From<AccessError> for WireError {
    fn from(error: AccessError) -> Self {
        Self {
            status: error.status.as_u16(),
            message: error.message,
        }
    }
}

/// The `X-Request-ID` that the answer to this request gives back, on errors too (AuthZEN 1.0, section 10.1.4).
pub fn named(request: &Request) -> Option<HeaderValue> {
    let path = request.uri().path();
    let echoes = path.starts_with("/access/") || path.starts_with("/.well-known/authzen");
    let name = request.headers().get(REQUEST_ID).filter(|_| echoes);
    name.cloned()
}

async fn nothing_here() -> AccessError {
    Problem::not_found().into()
}

/// Names a request between its sender and who answers it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
