// SPDX-License-Identifier: Apache-2.0
//! `POST /oidc/sources/{id}/backchannel-logout` (OpenID Connect Back-Channel Logout 1.0, section 2.5): a
//! provider ended a session. The answer says whether its message fits, and nothing of whom we know.

use authn::Happened;
use authn::oidc::parameters::Parameters;
use authn::upstream::logout::{self, Taken};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use countersign_directory::{Actor, SourceId};
use http::{StatusCode, header};
use serde_json::json;

use crate::app::{App, House};
use crate::http::fault::Fault;
use crate::http::form;

/// `POST /oidc/sources/{id}/backchannel-logout`
pub async fn post(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let text = form::body(request, &app).await.unwrap_or_default();
    let (status, body) = match ended(&app, &id, &text).await {
        Ok(true) => (StatusCode::OK, json!({})),
        Ok(false) => (StatusCode::BAD_REQUEST, json!({ "error": "invalid_request" })),
        Err(_logged) => (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "error": "temporarily_unavailable" }),
        ),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn ended(house: &House, id: &str, form: &str) -> Result<bool, Fault> {
    let parameters = Parameters::read(form);
    let source = id
        .parse::<SourceId>()
        .ok()
        .and_then(|id| house.upstream.source(&id))
        .filter(|source| source.oidc().is_some_and(|oidc| oidc.logout));
    let (Some(source), Some(token)) = (source, parameters.one("logout_token")) else {
        return Ok(false);
    };
    let ended = match house.logged_out(&source, token).await {
        Ok(ended) => ended,
        Err(fault) => {
            tracing::warn!(source = %source.id, reason = %fault, "a logout token was refused");
            return match fault {
                crate::upstream::provider::ProviderFault::Call(_) => Err(Fault::Ours),
                _ => Ok(false),
            };
        }
    };
    let now = house.now();
    let mut log = Happened::new();
    let mut transaction = house.database.begin_write().await?;
    let outcome = logout::end_all(
        &source.id,
        &ended,
        now,
        &mut house.rng(),
        &mut log,
        &mut transaction,
    )
    .await?;
    house.settle(&Actor::Nobody, &log, now, transaction).await?;
    Ok(matches!(outcome, Taken::Ended(_)))
}
