// SPDX-License-Identifier: Apache-2.0
//! What a server of the Matrix federation has to answer that decides about events and keeps none: its keys,
//! invitations, what others send it, and whether an event may enter. Only where `[matrix]` is configured.

use authn::matrix::request::Claim;
use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use countersign_authn as authn;
use countersign_directory::json;
use http::{Method, StatusCode, header};
use serde::Serialize;
use serde_json::Value;

use crate::app::{App, House};
use crate::matrix::Member;
use crate::matrix::homeservers::CallError;

pub mod invite;
pub mod keys;
pub mod send;
pub mod sign;

/// The most bytes of a transaction: 50 events of 64 KiB, and what is no event.
pub const TRANSACTION: usize = 4 * 1024 * 1024;
/// Where transactions come in.
pub const SEND: &str = "/_matrix/federation/v1/send/";

/// The routes of the federation.
pub fn router() -> Router<App> {
    Router::new()
        .route(&format!("{SEND}{{transaction}}"), put(send::put))
        .layer(DefaultBodyLimit::max(TRANSACTION))
        .route("/_matrix/federation/v1/version", get(keys::version))
        .route("/_matrix/federation/v2/invite/{room}/{event}", put(invite::put))
        .route("/_matrix/key/v2/server", get(keys::get))
        .route("/_matrix/key/v2/server/{key}", get(keys::get))
        .route("/_matrix/policy/v1/sign", post(sign::post))
        .route("/_matrix/{*elsewhere}", any(nothing_here))
}

/// A request that its origin signed.
#[derive(Debug)]
pub struct Signed {
    /// The homeserver that asks.
    pub origin: String,
    /// What it sent.
    pub content: Value,
}

impl FromRequest<App> for Signed {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let member = member(app)?;
        let claim = request.headers().get(header::AUTHORIZATION);
        let claim = claim.and_then(|value| Claim::read(value.to_str().ok()?));
        let claim = claim.ok_or_else(|| Fault::unauthorized("sign the request as X-Matrix prescribes"))?;
        // Whom we do not know is not listened to for longer than this.
        let homeserver = member.homeserver(&claim.origin);
        let homeserver = homeserver.map_err(|fault| Fault::forbidden(fault.to_string()))?;
        let method = request.method().clone();
        let uri = request
            .uri()
            .path_and_query()
            .map_or("/", |uri| uri.as_str())
            .to_owned();
        let content = match method {
            Method::GET => None,
            _ => Some(body(request, app).await?),
        };
        let key = member.verify_key(homeserver, &claim.key, app.now()).await?;
        if !claim.fits(&key, method.as_str(), &uri, &member.name, content.as_ref()) {
            return Err(Fault::unauthorized("the signature does not fit the request"));
        }
        Ok(Self {
            origin: claim.origin,
            content: content.unwrap_or_default(),
        })
    }
}

async fn body(request: Request, app: &App) -> Result<Value, Fault> {
    let bytes = Bytes::from_request(request, app).await;
    let bytes = bytes.map_err(|_| {
        Fault::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "M_TOO_LARGE",
            "the body is too large",
        )
    })?;
    json::strict(&bytes).map_err(|fault| Fault::new(StatusCode::BAD_REQUEST, "M_NOT_JSON", fault.to_string()))
}

/// The member that we are.
pub(super) fn member(house: &House) -> Result<&Member, Fault> {
    house.matrix.as_ref().ok_or_else(Fault::unrecognized)
}

/// An error as Matrix writes it.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    #[serde(skip)]
    status: StatusCode,
    errcode: &'static str,
    error: String,
    /// The decision that refused, as the record names it.
    #[serde(rename = "countersign.decision_id", skip_serializing_if = "Option::is_none")]
    decision_id: Option<String>,
}

impl Fault {
    fn new(status: StatusCode, errcode: &'static str, error: impl Into<String>) -> Self {
        Self {
            status,
            errcode,
            error: error.into(),
            decision_id: None,
        }
    }

    fn unauthorized(error: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "M_UNAUTHORIZED", error)
    }

    fn forbidden(error: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "M_FORBIDDEN", error)
    }

    fn bad(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "M_INVALID_PARAM", error)
    }

    fn unrecognized() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "M_UNRECOGNIZED",
            "this server does not answer that",
        )
    }

    /// Ours; the cause goes to the log alone.
    fn ours(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "a request of the federation failed");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "M_UNKNOWN", "try again shortly")
    }
}

impl From<CallError> for Fault {
    fn from(fault: CallError) -> Self {
        tracing::warn!(error = %fault, "a homeserver's key cannot be had");
        Self::unauthorized("the key that signed the request cannot be had")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}

async fn nothing_here() -> Fault {
    Fault::unrecognized()
}
