// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /oauth2/userinfo` (OpenID Connect Core, section 5.3).

use authn::account;
use authn::oidc::access_token::AccessToken;
use authn::oidc::{claims, introspect};
use authn::store::clients;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

use super::reply;
use crate::app::{App, House};
use crate::http::caller;
use crate::http::fault::Fault;

/// `GET|POST /oauth2/userinfo`
pub async fn answer(State(app): State<App>, extensions: Extensions, headers: HeaderMap) -> Response {
    let certificate = caller::certificate(&extensions).map(|one| one.thumbprint.as_str());
    match claims_of(&app, &headers, certificate).await {
        Ok(Some(claims)) => {
            let mut response = reply::private(&claims);
            let anywhere = HeaderValue::from_static("*");
            response
                .headers_mut()
                .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anywhere);
            response
        }
        Ok(None) => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
            (StatusCode::UNAUTHORIZED, challenge).into_response()
        }
        Err(_logged) => reply::unavailable(),
    }
}

async fn claims_of(
    house: &House,
    headers: &HeaderMap,
    certificate: Option<&str>,
) -> Result<Option<Map<String, Value>>, Fault> {
    let now = house.now();
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let text = bearer.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    });
    let Some(token) = text.and_then(|text| AccessToken::open(text, &house.sealer, now)) else {
        return Ok(None);
    };
    if !token.fits(certificate) {
        return Ok(None);
    }
    let Some(bearer) = &token.person else {
        return Ok(None);
    };
    let mut db = house.database.pool.acquire().await?;
    let Some(session) = introspect::session_of(&token, now, &mut db).await? else {
        return Ok(None);
    };
    let snapshot = house.snapshot();
    let Some(person) = snapshot
        .person(session.person.as_str())
        .filter(|person| account::may_sign_in(person))
    else {
        return Ok(None);
    };
    let mut answer = Map::new();
    answer.insert("sub".to_owned(), bearer.sub.as_str().into());
    claims::about(&session.person, person, &token.scope, &mut answer);
    // Never in an ID token, which is carried through browsers: what she is cleared for is told to the server alone,
    // as it is now, and as far as its record still allows.
    if token.scope.split(' ').any(|scope| scope == "clearance") {
        let client = clients::by_id(&token.client, &mut db).await?;
        let client = client.filter(|client| client.record.may_ask_for("clearance"));
        if let Some(server) = client.and_then(|client| client.record.server) {
            let usable = house.usable_at(Some(&server), &session.person);
            claims::cleared_for(&usable.levels, &usable.compartments, &mut answer);
        }
    }
    Ok(Some(answer))
}
