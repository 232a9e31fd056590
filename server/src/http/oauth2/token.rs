// SPDX-License-Identifier: Apache-2.0
//! `POST /oauth2/token`.

use authn::Happened;
use authn::oidc::client::Client;
use authn::oidc::error::{Code, Error};
use authn::oidc::keys::KeyRing;
use authn::oidc::parameters::Parameters;
use authn::oidc::token::issue::Means;
use authn::oidc::token::{Tokens, authorization_code, client_credentials, refresh};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;

use super::request::ClientForm;
use super::{admission, reply};
use crate::app::{App, House};
use crate::http::caller;
use crate::http::fault::Fault;

/// `POST /oauth2/token`
pub async fn post(State(app): State<App>, asked: ClientForm) -> Response {
    let certificate = asked.thumbprint();
    let (client, form) = (&asked.client, &asked.form);
    let outcome = match form.one("grant_type") {
        Some("authorization_code") => redeem(&app, client, form, certificate).await,
        Some("refresh_token") => exchange(&app, client, form, certificate).await,
        Some("client_credentials") => Ok(for_itself(&app, client, certificate)),
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

async fn redeem(
    house: &House,
    client: &Client,
    form: &Parameters,
    certificate: Option<&str>,
) -> Result<Result<Tokens, Error>, Fault> {
    let now = house.now();
    let mut rng = house.rng();
    let mut log = Happened::new();
    let keys = house.keys.load_full();
    let means = means(house, &keys, certificate);
    let mut db = house.database.begin_write().await?;
    let outcome = authorization_code::redeem(form, client, means, now, &mut rng, &mut log, &mut db).await?;
    house.settle(&Actor::Nobody, &log, now, db).await?;
    Ok(outcome)
}

/// What tokens are made with.
fn means<'a>(house: &'a House, keys: &'a KeyRing, certificate: Option<&'a str>) -> Means<'a> {
    Means {
        issuer: &house.config.issuer,
        keys,
        sealer: &house.sealer,
        certificate,
    }
}

/// A refresh is a sign-in without a page: the same is asked as there. The reply follows the commit.
async fn exchange(
    house: &House,
    client: &Client,
    form: &Parameters,
    certificate: Option<&str>,
) -> Result<Result<Tokens, Error>, Fault> {
    let now = house.now();
    let mut rng = house.rng();
    let mut log = Happened::new();
    let keys = house.keys.load_full();
    let means = means(house, &keys, certificate);
    let mut db = house.database.begin_write().await?;
    let presented = refresh::present(form, client, means.sealer, now, &mut log, &mut db).await?;
    let outcome = match presented {
        Err(error) => Err(error),
        Ok(presented) => match no_longer(house, client, &presented) {
            Some(why) => Err(Error::new(Code::InvalidGrant, why)),
            None => refresh::rotate(presented, client, means, now, &mut rng, &mut log, &mut db).await?,
        },
    };
    house.settle(&Actor::Nobody, &log, now, db).await?;
    Ok(outcome)
}

/// Why the person may not be signed in there any more. A client that hears of it sends her to sign in.
fn no_longer(house: &House, client: &Client, presented: &refresh::Presented) -> Option<&'static str> {
    let (session, person) = (&presented.session, &presented.person);
    let bound_to = presented.bound_to();
    if bound_to.level < admission::required(house, &client.record, session, person) {
        return Some("a stronger sign-in is needed now; send the person to sign in");
    }
    let age = (house.now() - bound_to.auth_time).num_seconds();
    if client.record.max_age.is_some_and(|most| age > most) {
        return Some("the sign-in is too old for this client; send the person to sign in");
    }
    admission::refused(house, &client.record, session, person)
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
