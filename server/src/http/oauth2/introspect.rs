// SPDX-License-Identifier: Apache-2.0
//! `POST /oauth2/introspect` (RFC 7662).

use authn::oidc::error::{Code, Error};
use authn::oidc::introspect;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use serde_json::Value;

use super::reply;
use super::request::ClientForm;
use crate::app::{App, House};
use crate::http::fault::Fault;

/// `POST /oauth2/introspect`
pub async fn post(State(app): State<App>, asked: ClientForm) -> Response {
    if asked.client.is_public() {
        return reply::error(&Error::new(Code::InvalidClient, "a public client may not ask"));
    }
    match answer(&app, &asked).await {
        Ok(answer) => reply::private(&answer),
        Err(_logged) => reply::unavailable(),
    }
}

async fn answer(house: &House, asked: &ClientForm) -> Result<Value, Fault> {
    let token = asked.form.one("token").unwrap_or_default();
    let issuer = &house.config.issuer;
    let mut db = house.database.pool.acquire().await?;
    let now = house.now();
    Ok(introspect::answer(token, &asked.client, issuer, &house.sealer, now, &mut db).await?)
}
