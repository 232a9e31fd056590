// SPDX-License-Identifier: Apache-2.0
//! `POST /oauth2/token`.

use authn::Happened;
use authn::oidc::client::Client;
use authn::oidc::error::{Code, Error};
use authn::oidc::token::issue::Means;
use authn::oidc::token::refresh::Ask;
use authn::oidc::token::{Request, Tokens, authorization_code, client_credentials};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;

use super::request::ClientForm;
use super::{refresh, reply};
use crate::app::{App, House};
use crate::http::caller;
use crate::http::fault::Fault;

/// `POST /oauth2/token`
pub async fn post(State(app): State<App>, asked: ClientForm) -> Response {
    let request = asked.request();
    let outcome = match request.form.one("grant_type") {
        Some("authorization_code") => redeem(&app, request).await,
        Some("refresh_token") => match Ask::read(request, &app.sealer) {
            Ok(ask) => refresh::exchange(&app, ask).await,
            Err(error) => Ok(Err(error)),
        },
        Some("client_credentials") => Ok(for_itself(&app, request.client, request.certificate)),
        Some(_) => Ok(Err(Error::new(
            Code::UnsupportedGrantType,
            "grant_type is authorization_code, refresh_token or client_credentials",
        ))),
        None => Ok(Err(Error::new(Code::InvalidRequest, "grant_type is missing"))),
    };
    match outcome {
        Ok(Ok(tokens)) => reply::private(&tokens),
        Ok(Err(error)) => reply::error(&error),
        Err(_logged) => reply::unavailable(),
    }
}

async fn redeem(house: &House, request: Request<'_>) -> Result<Result<Tokens, Error>, Fault> {
    let now = house.now();
    let mut rng = house.rng();
    let mut log = Happened::new();
    let mut db = house.database.begin_write().await?;
    let outcome = authorization_code::redeem(request, means(house), now, &mut rng, &mut log, &mut db).await?;
    house.settle(&Actor::Nobody, &log, now, db).await?;
    match outcome {
        Ok(unsigned) => Ok(Ok(unsigned.sign(&house.keys.load(), now)?)),
        Err(error) => Ok(Err(error)),
    }
}

/// What tokens are made with.
pub(super) fn means(house: &House) -> Means<'_> {
    Means {
        issuer: &house.config.issuer,
        sealer: &house.sealer,
    }
}

/// Gives a connected server a token of its own.
pub(super) fn for_itself(house: &House, client: &Client, certificate: Option<&str>) -> Result<Tokens, Error> {
    let tokens =
        client_credentials::issue(client, &house.sealer, certificate, house.now(), &mut house.rng())?;
    let is_bound = certificate.is_some() && client.record.tls_client_certificate_bound_access_tokens;
    let snapshot = house.snapshot();
    let server = client
        .record
        .server
        .as_ref()
        .and_then(|id| snapshot.server(id.as_str()));
    if !is_bound && server.is_some_and(|server| caller::must_be_bound(house, &snapshot, server)) {
        return Err(Error::new(
            Code::UnauthorizedClient,
            "a server of this rank gets tokens only beside its certificate, and bound to it",
        ));
    }
    Ok(tokens)
}
