// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /saml/logout`: the page of a logout under way. It leads to one application after the
//! other, goes on without one that does not answer, and says which may still be open.

use askama::Template;
use authn::oidc::client::ClientRecord;
use authn::saml::idp::Entity;
use authn::saml::idp::chain::{AskedBy, Chain, PATIENCE};
use authn::saml::idp::logout::{self, Participant};
use authn::saml::idp::status::Status;
use authn::saml::redirect::Carrier;
use authn::store::{clients, saml_services};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use http::StatusCode;

use super::deliver::{self, Sent};
use crate::app::{App, House};
use crate::http::authn::account::signout;
use crate::http::fault::Fault;
use crate::http::form::{OwnForm, origin_of};
use crate::http::page::{Frame, render, render_with};
use authn::oidc::parameters::Parameters;

#[derive(Template)]
#[template(path = "saml_logout.html")]
struct Telling {
    frame: Frame,
    id: String,
    name: String,
    closed: Vec<String>,
    address: Option<String>,
    action: String,
    fields: Vec<(&'static str, String)>,
    is_waiting: bool,
}

#[derive(Template)]
#[template(path = "saml_logout_open.html")]
struct StillOpen {
    frame: Frame,
    name: String,
    open: Vec<String>,
    address: Option<String>,
    action: String,
    fields: Vec<(&'static str, String)>,
}

/// The address of the page of `chain`.
pub fn page_of(chain: &Chain) -> String {
    format!("/saml/logout?id={}", chain.id)
}

/// `GET /saml/logout`
pub async fn get(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let chain = found(&app, parameters.one("id")).await?;
    match &chain.under_way {
        // She came back without an answer: the application may still be working on it.
        Some(turn) => Ok(waiting(&app, &chain, &turn.to.client_name)),
        None => step(&app, chain).await,
    }
}

/// `POST /saml/logout`: goes on without the one that does not answer.
pub async fn post(State(app): State<App>, form: OwnForm) -> Result<Response, Fault> {
    let chain = found(&app, form.0.one("id")).await?;
    step(&app, chain).await
}

async fn found(house: &House, id: Option<&str>) -> Result<Chain, Fault> {
    let mut db = house.database.pool.acquire().await?;
    let chain = saml_services::chain(id.ok_or(Fault::Malformed)?, house.now(), &mut db).await?;
    chain.ok_or(Fault::Gone)
}

/// Tells the next application, or ends it.
async fn step(house: &House, mut chain: Chain) -> Result<Response, Fault> {
    let now = house.now();
    while let Some(to) = chain.advance() {
        let name = to.client_name.clone();
        let sent = ask(house, &mut chain, to).await?;
        let mut db = house.database.begin_write().await?;
        saml_services::put_chain(&chain, now + PATIENCE, &mut db).await?;
        db.commit().await?;
        if let Some(sent) = sent {
            return Ok(leading(house, &chain, name, sent));
        }
    }
    let mut db = house.database.begin_write().await?;
    saml_services::put_chain(&chain, now + PATIENCE, &mut db).await?;
    db.commit().await?;
    finished(house, chain).await
}

/// The request to one application; `None` if it is no service provider any more.
async fn ask(house: &House, chain: &mut Chain, to: Participant) -> Result<Option<Sent>, Fault> {
    let client = {
        let mut db = house.database.pool.acquire().await?;
        clients::by_id(&to.client, &mut db).await?
    };
    let provider = client.and_then(|client| client.record.saml);
    let service = provider.as_ref().and_then(|provider| provider.logout_service());
    let Some(service) = service else {
        chain.open.push(to.client_name);
        return Ok(None);
    };
    let keys = house.identity_provider().await?;
    let now = house.now();
    let key = keys.signing(now).ok_or(Fault::Ours)?;
    let entity = Entity::of(&house.config.issuer);
    let (id, message) = logout::ask(&to, &service.location, &entity, now, &mut house.rng());
    let at = &service.location;
    let sent = deliver::sign(message, service.binding, Carrier::Request, at, None, key)?;
    chain.told(to, id, now);
    Ok(Some(sent))
}

/// The end of it: the service provider that asked is told, or the person sees that she is signed out.
async fn finished(house: &House, chain: Chain) -> Result<Response, Fault> {
    let Some(asked_by) = &chain.asked_by else {
        return Ok(signout::signed_out(house, chain.back.clone(), chain.open));
    };
    let client = {
        let mut db = house.database.pool.acquire().await?;
        clients::by_id(&asked_by.client, &mut db).await?
    };
    let Some(client) = client else {
        return Ok(signout::signed_out(house, None, chain.open));
    };
    if chain.open.is_empty() {
        return tell(house, &client.record, asked_by, None).await;
    }
    let name = client.record.name.clone();
    let sent = outcome(house, &client.record, asked_by, chain.outcome()).await?;
    let (address, action, fields) = parts(sent);
    let origin = origin_of(&action);
    let page = StillOpen {
        frame: Frame::of(house),
        name,
        open: chain.open,
        address,
        action,
        fields,
    };
    Ok(render_with(StatusCode::OK, &page, &own_and(&origin)))
}

/// Answers the service provider that asked.
pub(super) async fn tell(
    house: &House,
    client: &ClientRecord,
    asked_by: &AskedBy,
    status: Option<Status>,
) -> Result<Response, Fault> {
    let sent = outcome(house, client, asked_by, status).await?;
    Ok(deliver::send(house, &client.name, sent))
}

async fn outcome(
    house: &House,
    client: &ClientRecord,
    asked_by: &AskedBy,
    status: Option<Status>,
) -> Result<Sent, Fault> {
    let service = client
        .saml
        .as_ref()
        .and_then(|provider| provider.logout_service());
    let service = service.ok_or(Fault::Gone)?;
    let keys = house.identity_provider().await?;
    let now = house.now();
    let key = keys.signing(now).ok_or(Fault::Ours)?;
    let entity = Entity::of(&house.config.issuer);
    let to = service.answers();
    let message = logout::tell(&asked_by.request, status, to, &entity, now, &mut house.rng());
    let state = asked_by.relay_state.as_deref();
    deliver::sign(message, service.binding, Carrier::Response, to, state, key)
}

fn leading(house: &House, chain: &Chain, name: String, sent: Sent) -> Response {
    let (address, action, fields) = parts(sent);
    let origin = origin_of(&action);
    let page = Telling {
        frame: Frame::of(house),
        id: chain.id.clone(),
        name,
        closed: chain.closed.clone(),
        address,
        action,
        fields,
        is_waiting: false,
    };
    render_with(StatusCode::OK, &page, &own_and(&origin))
}

fn waiting(house: &House, chain: &Chain, name: &str) -> Response {
    let page = Telling {
        frame: Frame::of(house),
        id: chain.id.clone(),
        name: name.to_owned(),
        closed: chain.closed.clone(),
        address: None,
        action: String::new(),
        fields: Vec::new(),
        is_waiting: true,
    };
    render(StatusCode::OK, &page)
}

/// An address to go to, or a form and its fields.
fn parts(sent: Sent) -> (Option<String>, String, Vec<(&'static str, String)>) {
    match sent {
        Sent::Redirect(address) => (Some(address), String::new(), Vec::new()),
        Sent::Post(form) => {
            let mut fields = vec![(form.carrier, form.message)];
            fields.extend(form.relay_state.map(|state| ("RelayState", state)));
            (None, form.destination, fields)
        }
    }
}

fn own_and(origin: &str) -> String {
    format!("'self' {origin}").trim().to_owned()
}
