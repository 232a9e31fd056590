// SPDX-License-Identifier: Apache-2.0
//! `POST /oauth2/revoke` (RFC 7009).

use authn::Happened;
use authn::oidc::token::revoke;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use serde_json::json;

use super::reply;
use super::request::ClientForm;
use crate::app::{App, House};
use crate::http::fault::Fault;

/// `POST /oauth2/revoke`
pub async fn post(State(app): State<App>, asked: ClientForm) -> Response {
    match revoked(&app, &asked).await {
        Ok(()) => reply::private(&json!({})),
        Err(_logged) => reply::unavailable(),
    }
}

async fn revoked(house: &House, asked: &ClientForm) -> Result<(), Fault> {
    let token = asked.form.one("token").unwrap_or_default();
    let mut db = house.database.begin_write().await?;
    let now = house.now();
    let mut log = Happened::new();
    revoke::revoke(token, &asked.client, &house.sealer, now, &mut log, &mut db).await?;
    house.settle(&Actor::Nobody, &log, now, db).await?;
    Ok(())
}
