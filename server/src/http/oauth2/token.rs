// SPDX-License-Identifier: Apache-2.0
//! `POST /oauth2/token`.

use authn::Happened;
use authn::oidc::client::Client;
use authn::oidc::error::{Code, Error};
use authn::oidc::parameters::Parameters;
use authn::oidc::token::authorization_code::{self, Means};
use authn::oidc::token::{Tokens, client_credentials};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;

use super::reply;
use super::request::ClientForm;
use crate::app::{App, House};
use crate::http::fault::Fault;
use crate::record;

/// `POST /oauth2/token`
pub async fn post(State(app): State<App>, asked: ClientForm) -> Response {
    let ClientForm { client, form } = asked;
    let outcome = match form.one("grant_type") {
        Some("authorization_code") => redeem(&app, &client, &form).await,
        Some("client_credentials") => Ok(client_credentials::issue(
            &client,
            &app.sealer,
            app.now(),
            &mut app.rng(),
        )),
        Some(_) => Ok(Err(Error::new(
            Code::UnsupportedGrantType,
            "grant_type is authorization_code or client_credentials",
        ))),
        None => Ok(Err(Error::new(Code::InvalidRequest, "grant_type is missing"))),
    };
    match outcome {
        Ok(Ok(tokens)) => reply::private(&tokens),
        Ok(Err(error)) => reply::error(&error),
        Err(_logged) => reply::unavailable(),
    }
}

async fn redeem(house: &House, client: &Client, form: &Parameters) -> Result<Result<Tokens, Error>, Fault> {
    let now = house.now();
    let mut rng = house.rng();
    let mut log = Happened::new();
    let keys = house.keys.load_full();
    let means = Means {
        issuer: &house.config.issuer,
        keys: &keys,
        sealer: &house.sealer,
    };
    let mut db = house.database.begin_write().await?;
    let outcome = authorization_code::redeem(form, client, means, now, &mut rng, &mut log, &mut db).await?;
    record::happened(&Actor::Nobody, &log, now, &mut db).await?;
    house.commit(db).await?;
    Ok(outcome)
}
