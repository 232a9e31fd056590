// SPDX-License-Identifier: Apache-2.0
//! `POST /oauth2/par` (RFC 9126): a client hands over its authorization request itself.

use authn::oidc::client::Client;
use authn::oidc::error::{Code, Error};
use authn::oidc::parameters::Parameters;
use authn::oidc::{authorize, pushed};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use http::StatusCode;
use serde_json::json;

use super::reply;
use super::request::ClientForm;
use crate::app::{App, House};
use crate::http::fault::Fault;

/// `POST /oauth2/par`
pub async fn post(State(app): State<App>, asked: ClientForm) -> Response {
    match keep(&app, &asked.client, &asked.form).await {
        Ok(Ok(request_uri)) => {
            let expires_in = pushed::LIFETIME.num_seconds();
            let mut response =
                reply::private(&json!({ "request_uri": request_uri, "expires_in": expires_in }));
            *response.status_mut() = StatusCode::CREATED;
            response
        }
        Ok(Err(error)) => reply::error(&error),
        Err(_logged) => reply::unavailable(),
    }
}

async fn keep(house: &House, client: &Client, form: &Parameters) -> Result<Result<String, Error>, Fault> {
    if form.one("request_uri").is_some() {
        // RFC 9126, section 2.1.
        let error = Error::new(Code::InvalidRequest, "request_uri cannot be pushed");
        return Ok(Err(error));
    }
    let form = form.clone().with("client_id", &client.record.id);
    let keys = house.keys.load();
    let now = house.now();
    if let Err(error) = authorize::check_pushed(&form, client, &keys, &house.config.issuer, now) {
        return Ok(Err(error));
    }
    let mut db = house.database.begin_write().await?;
    let name = pushed::keep(&form, client, now, &mut house.rng(), &mut db).await?;
    db.commit().await?;
    Ok(Ok(name))
}
