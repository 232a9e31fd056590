// SPDX-License-Identifier: Apache-2.0
//! OpenTDF's decision protocol, as chat servers with attribute-based rooms speak it to a decision point:
//! JSON calls at fixed addresses (Connect, unary), errors as `{"code", "message"}`.

use axum::Json;
use axum::Router;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use countersign_directory::OpenTdf;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::app::App;
use crate::http::admission::Admitted;
use crate::http::admission::refusal::Refusal;
use crate::http::strict_json::{BodyFault, StrictJson};

pub mod get_decision_bulk;
pub mod get_decisions;
pub mod get_entitlements;
pub mod wire;

/// The most questions of one call.
pub const MOST: usize = 1_000;

/// The routes of the protocol.
pub fn router() -> Router<App> {
    const V1: &str = "/authorization.AuthorizationService";
    const V2: &str = "/authorization.v2.AuthorizationService";
    Router::new()
        .route(&format!("{V1}/GetDecisions"), post(get_decisions::post))
        .route(&format!("{V2}/GetDecisionBulk"), post(get_decision_bulk::post))
        .route(&format!("{V2}/GetEntitlements"), post(get_entitlements::post))
        .route(&format!("{V1}/{{*elsewhere}}"), any(nothing_here))
        .route(&format!("{V2}/{{*elsewhere}}"), any(nothing_here))
}

/// A server that may ask in this protocol, what is agreed with it, and the body that it sent.
#[derive(Debug)]
pub struct Asked {
    /// Who.
    pub caller: Admitted,
    /// What is agreed.
    pub opentdf: OpenTdf,
    /// What it sent.
    pub body: StrictJson,
}

impl FromRequest<App> for Asked {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &App) -> Result<Self, Fault> {
        let caller = request.extensions().get::<Admitted>().cloned().ok_or_else(|| {
            let message = "send the access token of a connected server";
            Fault::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
        })?;
        let opentdf = caller.server.opentdf.clone().ok_or_else(|| {
            let message = "the record of this server says nothing of OpenTDF: add `opentdf` to it";
            Fault::new(StatusCode::FORBIDDEN, "permission_denied", message)
        })?;
        let body = StrictJson::from_request(request, &()).await?;
        Ok(Self {
            caller,
            opentdf,
            body,
        })
    }
}

/// An error of the protocol.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    #[serde(skip)]
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Fault {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// What was sent cannot be used.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_argument", message)
    }

    /// There is no answer at this moment.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::new(
            refusal.status(),
            "resource_exhausted",
            "this server asks more than its limits allow: ask again later",
        )
    }
}

impl From<BodyFault> for Fault {
    fn from(fault: BodyFault) -> Self {
        let code = match fault.status {
            StatusCode::PAYLOAD_TOO_LARGE => "resource_exhausted",
            _ => "invalid_argument",
        };
        Self::new(fault.status, code, fault.message)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(self)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

async fn nothing_here() -> Fault {
    Fault::new(
        StatusCode::NOT_FOUND,
        "unimplemented",
        "there is no such call here: GetDecisions, and of v2 GetDecisionBulk and GetEntitlements",
    )
}
