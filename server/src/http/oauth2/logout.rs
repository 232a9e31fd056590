// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /oauth2/logout` (OpenID Connect RP-Initiated Logout 1.0).

use authn::oidc::logout;
use authn::oidc::parameters::Parameters;
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::HeaderMap;

use crate::app::{App, House};
use crate::http::authn::account::signout::{after, end_session, signed_out};
use crate::http::authn::browser;
use crate::http::cookies;
use crate::http::fault::Fault;
use crate::http::form;
use crate::http::page::see_other;

/// `GET /oauth2/logout`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    handle(&app, &headers, &Parameters::read(&query.unwrap_or_default())).await
}

/// `POST /oauth2/logout`
pub async fn post(State(app): State<App>, request: Request) -> Result<Response, Fault> {
    let headers = request.headers().clone();
    let text = form::body(request, &app).await.ok_or(Fault::Malformed)?;
    handle(&app, &headers, &Parameters::read(&text)).await
}

async fn handle(house: &House, headers: &HeaderMap, parameters: &Parameters) -> Result<Response, Fault> {
    let keys = house.keys.load_full();
    let asked = {
        let mut db = house.database.pool.acquire().await?;
        logout::read(parameters, &house.config.issuer, &keys, &mut db).await?
    };
    let present = browser::session(house, headers).await?;
    let Some(hinted) = asked.session else {
        // No proof of which session is meant: ask whoever is at the browser.
        return Ok(match (present, asked.location) {
            (Some(_), _) => see_other(&question(parameters)),
            (None, Some(location)) => see_other(&location),
            (None, None) => signed_out(house, None, Vec::new()),
        });
    };
    // A hint about another session than the one at hand leaves that one alone.
    let is_here = present.as_ref().is_none_or(|session| session.id == hinted);
    let actor = present.map_or(Actor::Nobody, |session| Actor::Person(session.person));
    let back = asked.location.clone().zip(asked.client.clone());
    let chain = end_session(house, &hinted, back, actor).await?;
    if is_here && !chain.is_done() {
        return Ok(after(house, chain));
    }
    let name = cookies::session_name(&house.config);
    Ok(match asked.location {
        Some(location) if is_here => {
            browser::with_cookie(see_other(&location), cookies::clear(&house.config, name))
        }
        Some(location) => see_other(&location),
        None if is_here => signed_out(house, None, chain.open),
        None => see_other("/account"),
    })
}

/// The page that asks, which keeps where the client wants her afterwards.
fn question(parameters: &Parameters) -> String {
    match parameters
        .text_without(&["id_token_hint", "logout_hint"])
        .as_str()
    {
        "" => "/account/signout".to_owned(),
        kept => format!("/account/signout?{kept}"),
    }
}
