// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/signing-keys`: the keys that are published.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::caller::Person;
use crate::http::problem::Problem;
use crate::signing_keys::PublishedKey;

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedKeys {
    /// Oldest first within their use.
    pub items: Vec<PublishedKey>,
}

/// The keys that we sign with, are about to, or did: those of OpenID and of SAML.
#[utoipa::path(get, path = "/api/v1/signing-keys", operation_id = "list_signing_keys",
    responses((status = 200, body = PublishedKeys), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn get(State(app): State<App>, Person(session): Person) -> Result<Json<PublishedKeys>, Problem> {
    app.act(&session, "console.read", "console", "signing-keys")
        .await?;
    let items = app.published_keys().await?;
    Ok(Json(PublishedKeys { items }))
}
