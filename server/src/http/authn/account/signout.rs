// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /account/signout`: asks, and ends this session everywhere.

use askama::Template;
use authn::Happened;
use authn::oidc::logout;
use authn::oidc::parameters::Parameters;
use authn::saml::idp::chain::{Chain, PATIENCE};
use authn::session::SessionId;
use authn::session::end::{self, Reason};
use authn::store::saml_services;
use authn::store::upstream_sessions::{self, CameFrom};
use authn::upstream::saml::request::Carried;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};
use secrecy::ExposeSecret as _;
use url::Url;

use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::cookies;
use crate::http::fault::Fault;
use crate::http::form::{OwnForm, origin_of};
use crate::http::page::{Frame, render, render_with, see_other};
use crate::http::saml;
use crate::upstream::Provider;

#[derive(Template)]
#[template(path = "signout.html")]
struct SignOut {
    frame: Frame,
    person: String,
    client: Option<String>,
    csrf: String,
    kept: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut {
    frame: Frame,
    back: Option<(String, String)>,
    open: Vec<String>,
    there: Vec<There>,
}

/// A source that the session came from: its name, and the way to where she signs out at it.
struct There {
    name: String,
    way: Carried,
}

/// What a client's request says besides whose session it means.
const KEPT: [&str; 3] = ["client_id", "post_logout_redirect_uri", "state"];

/// `GET /account/signout`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let asked = Parameters::read(&query.unwrap_or_default());
    let back = back(&app, &asked).await?;
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(signed_out(&app, back, Vec::new()));
    };
    let person = session.person.to_string();
    let kept = KEPT
        .into_iter()
        .filter_map(|name| Some((name, asked.one(name)?.to_owned())));
    let page = SignOut {
        frame: Frame::of(&app),
        person,
        client: back.map(|(_, name)| name),
        csrf: session.csrf,
        kept: kept.collect(),
    };
    Ok(render(StatusCode::OK, &page))
}

/// `POST /account/signout`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let back = back(&app, &form.0).await?;
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(signed_out(&app, back, Vec::new()));
    };
    form.belongs_to(&session)?;
    let there = elsewhere(&app, &session.id).await?;
    let chain = end_session(&app, &session.id, back, Actor::Person(session.person)).await?;
    if chain.is_done() {
        return Ok(signed_out_page(&app, chain.back, chain.open, there));
    }
    Ok(after(&app, chain))
}

/// The sources that this session came from and where one can sign out (OpenID Connect RP-Initiated Logout 1.0,
/// SAML single logout). It is hers to go there, because it ends more than what is ours.
async fn elsewhere(house: &House, session: &SessionId) -> Result<Vec<There>, Fault> {
    let came_from = {
        let mut db = house.database.pool.acquire().await?;
        upstream_sessions::of_session(session, &mut db).await?
    };
    let mut there = Vec::new();
    for from in came_from {
        let Some(source) = house.upstream.source(&from.identity.source) else {
            continue;
        };
        if source.oidc().is_none() {
            let way = saml::sources::slo::there(house, &source, &from).await?;
            there.extend(way.map(|way| There {
                name: source.name.clone(),
                way,
            }));
            continue;
        }
        // Whoever signs out does not wait for a provider that is down.
        let Ok(provider) = house.provider(&source).await else {
            continue;
        };
        if let Some(address) = &provider.endpoints.end_session {
            there.push(There {
                name: source.name.clone(),
                way: out_there(house, &provider, address, &from),
            });
        }
    }
    Ok(there)
}

/// The way to where she signs out at an OpenID provider, with the token that was kept. In the address, because not every
/// provider takes a form there; no page of ours tells where somebody came from.
fn out_there(house: &House, provider: &Provider, address: &Url, from: &CameFrom) -> Carried {
    let kept = from.id_token.as_deref().filter(|_| provider.oidc.keep_id_token);
    let kept = kept.and_then(|sealed| house.kept_id_token(&from.identity.source, sealed));
    let mut address = address.clone();
    address
        .query_pairs_mut()
        .append_pair("client_id", &provider.oidc.client_id);
    if let Some(token) = kept {
        address
            .query_pairs_mut()
            .append_pair("id_token_hint", token.expose_secret());
    }
    Carried::Address(address.to_string())
}

/// Where a client wants her afterwards, if it is registered, and the client's name.
async fn back(house: &House, asked: &Parameters) -> Result<Option<(String, String)>, Fault> {
    let keys = house.keys.load_full();
    let mut db = house.database.pool.acquire().await?;
    let asked = logout::read(asked, &house.config.issuer, &keys, &mut db).await?;
    Ok(asked.location.zip(asked.client))
}

/// Ends a session because its person signed out. The service providers that take part in it have yet
/// to hear of it, through her browser; then she is led `back`.
pub async fn end_session(
    house: &House,
    id: &SessionId,
    back: Option<(String, String)>,
    actor: Actor,
) -> Result<Chain, Fault> {
    let now = house.now();
    let mut rng = house.rng();
    let mut log = Happened::new();
    let mut transaction = house.database.begin_write().await?;
    let mut over = Vec::new();
    if end::end(id, Reason::SignedOut, now, &mut rng, &mut log, &mut transaction).await? {
        over.push(id.clone());
    }
    let mut chain = Chain::of(&over, None, now, &mut rng, &mut transaction).await?;
    chain.back = back;
    if !chain.is_done() {
        chain.set_out(now, &mut transaction).await?;
        saml_services::put_chain(&chain, now + PATIENCE, &mut transaction).await?;
    }
    house.settle(&actor, &log, now, transaction).await?;
    Ok(chain)
}

/// What follows the end of the session at hand: on to the first service provider, or the page.
pub fn after(house: &House, chain: Chain) -> Response {
    if chain.is_done() {
        return signed_out(house, chain.back, chain.open);
    }
    let name = cookies::session_name(&house.config);
    browser::with_cookie(
        see_other(&saml::logout::page_of(&chain)),
        cookies::clear(&house.config, name),
    )
}

/// The page after signing out, which names what may still be `open` and leads back to the client that
/// asked; the cookie goes.
pub fn signed_out(house: &House, back: Option<(String, String)>, open: Vec<String>) -> Response {
    signed_out_page(house, back, open, Vec::new())
}

fn signed_out_page(
    house: &House,
    back: Option<(String, String)>,
    open: Vec<String>,
    there: Vec<There>,
) -> Response {
    let posted_to = there.iter().filter_map(|there| match &there.way {
        Carried::Form(form) => Some(origin_of(&form.destination)),
        Carried::Address(_) => None,
    });
    let posted_to: Vec<String> = std::iter::once("'self'".to_owned()).chain(posted_to).collect();
    let page = SignedOut {
        frame: Frame::of(house),
        back,
        open,
        there,
    };
    let response = render_with(StatusCode::OK, &page, &posted_to.join(" "));
    let name = cookies::session_name(&house.config);
    browser::with_cookie(response, cookies::clear(&house.config, name))
}
