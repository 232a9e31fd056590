// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /signin/consent`: what a client would know about a person, and whether it may.

use askama::Template;
use authn::Happened;
use authn::assurance::{Level, Requirement};
use authn::flow::{self, Flow, Purpose, Stage, Then};
use authn::oidc::client::{ClientRecord, Consent};
use authn::oidc::parameters::Parameters;
use authn::session::Session;
use authn::store::consents;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::show;
use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::{Frame, render};

#[derive(Template)]
#[template(path = "consent.html")]
struct Ask {
    frame: Frame,
    flow: String,
    csrf: String,
    client: String,
    person: String,
    knows: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "signed_in.html")]
struct LeadOn {
    frame: Frame,
    next: String,
}

/// Whether the person has yet to say that `client` may know what `scope` opens.
pub(crate) async fn is_open(
    house: &House,
    client: &ClientRecord,
    scope: &str,
    session: &Session,
) -> Result<bool, Fault> {
    if client.consent == Consent::Given {
        return Ok(false);
    }
    let mut db = house.database.pool.acquire().await?;
    Ok(!consents::covers(&session.person, &client.id, scope, &mut db).await?)
}

/// Leads to the question.
pub(crate) async fn ask(
    house: &House,
    headers: &HeaderMap,
    then: Then,
    session: &Session,
) -> Result<Response, Fault> {
    let purpose = Purpose {
        requirement: Requirement::level(Level::Aal1),
        then,
        login_hint: None,
        act: None,
    };
    let stage = Stage::Finished {
        session: session.id.clone(),
    };
    let page = |flow: &Flow| format!("/signin/consent?flow={}", flow.id);
    show::begin_and_lead(house, headers, purpose, stage, page).await
}

/// What is asked for.
struct Wanted {
    client: String,
    client_name: String,
    scope: String,
}

impl Wanted {
    fn by(then: &Then) -> Option<Self> {
        let (client, client_name, scope) = match then {
            Then::Authorize(request) => (&request.client, &request.client_name, &request.scope),
            Then::Saml(request) => (&request.client, &request.client_name, &request.scope),
            Then::Page(_) => return None,
        };
        Some(Self {
            client: client.clone(),
            client_name: client_name.clone(),
            scope: scope.clone(),
        })
    }
}

/// `GET /signin/consent`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let (flow, request, session) = asked(&app, &headers, parameters.one("flow")).await?;
    let knows = request.scope.split(' ').map(|scope| match scope {
        "affiliation" => "your agency, nationality, missions and offices",
        "clearance" => "for what you are cleared there",
        "email" => "your mail address",
        "profile" => "your name and username",
        _ => "that you signed in, when and how strongly",
    });
    let page = Ask {
        frame: Frame::of(&app),
        flow: flow.id,
        csrf: session.csrf,
        client: request.client_name.clone(),
        person: session.person.to_string(),
        knows: knows.collect(),
    };
    Ok(render(StatusCode::OK, &page))
}

/// `POST /signin/consent`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let (mut flow, request, session) = asked(&app, &headers, form.0.one("flow")).await?;
    form.belongs_to(&session)?;
    let is_allowed = form.0.one("answer") == Some("allow");
    let now = app.now();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    if is_allowed {
        flow::consented(&mut flow, now, &mut db).await?;
        consents::put(&session.person, &request.client, &request.scope, now, &mut db).await?;
    }
    let kind = if is_allowed {
        "consent.given"
    } else {
        "consent.refused"
    };
    let detail = json!({ "client": request.client, "scope": request.scope });
    log.event(kind, session.person.as_str(), detail);
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    // A page leads on: browsers hold redirects after a form to the policy of the form's page.
    let step = if is_allowed { "continue" } else { "back" };
    let page = LeadOn {
        frame: Frame::of(&app),
        next: format!("/signin/{step}?flow={}", flow.id),
    };
    Ok(render(StatusCode::OK, &page))
}

/// The question that this browser was led to, with the session that it is about.
async fn asked(
    house: &House,
    headers: &HeaderMap,
    flow: Option<&str>,
) -> Result<(Flow, Wanted, Session), Fault> {
    let flow = browser::flow(house, headers, flow.ok_or(Fault::Malformed)?).await?;
    let Some(session) = browser::session(house, headers).await? else {
        return Err(Fault::Gone);
    };
    match (&flow.stage, Wanted::by(&flow.purpose.then)) {
        (Stage::Finished { session: about }, Some(wanted)) if *about == session.id => {
            Ok((flow, wanted, session))
        }
        _ => Err(Fault::Gone),
    }
}
