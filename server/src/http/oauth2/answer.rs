// SPDX-License-Identifier: Apache-2.0
//! What becomes of a frozen request: a code, a sign-in, or an error. Sign-in is itself a decision:
//! the least level for this person at this server comes from authz and is handed to authn as a value.

use askama::Template;
use authn::account;
use authn::assurance::Level;
use authn::flow::{Purpose, Then};
use authn::oidc::authorize::{Request, Response as Answer, ResponseMode, Verdict, judge};
use authn::oidc::client::Client;
use authn::oidc::code::{self, BoundTo};
use authn::oidc::error::{Code, Error};
use authn::session::{Session, open};
use authn::store::accounts::{self, Account};
use authn::store::clients;
use authn::{Happened, session};
use axum::response::Response;
use countersign_authn as authn;
use countersign_authz::{Facts, signin_requirement};
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};

use crate::app::House;
use crate::asking::server_question::device_facts;
use crate::http::authn::signin::show::begin;
use crate::http::fault::Fault;
use crate::http::page::{Frame, render_with, see_other};
use crate::record;

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost {
    frame: Frame,
    client: String,
    action: String,
    fields: Vec<(&'static str, String)>,
}

/// Answers a frozen request with the session at hand.
pub async fn to(
    house: &House,
    headers: &HeaderMap,
    request: Request,
    session: Option<Session>,
    has_just_signed_in: bool,
) -> Result<Response, Fault> {
    let now = house.now();
    let (client, known) = look_up(house, &request, session).await?;
    let Some(client) = client else {
        let error = Error::new(Code::UnauthorizedClient, "the client was removed");
        return Ok(tell(house, &request, &error));
    };
    let required = match &known {
        Some((session, _)) => required(house, &client, session),
        None => Level::Aal1,
    };
    let at_hand = known
        .as_ref()
        .map(|(session, account)| (session, account.sub.as_str()));
    match (
        judge(&request, &client, at_hand, required, has_just_signed_in, now),
        known,
    ) {
        (Verdict::Enough, Some((session, _))) if may_enter_from(house, &client, &session) => {
            grant(house, &request, &session).await
        }
        (Verdict::Enough, Some(_)) => {
            let error = Error::new(
                Code::AccessDenied,
                "this device may not be used for what you take part in there",
            );
            Ok(tell(house, &request, &error))
        }
        (Verdict::SignIn(requirement), _) => {
            let login_hint = request.login_hint.clone();
            let then = Then::Authorize(Box::new(request));
            begin(
                house,
                headers,
                Purpose {
                    requirement,
                    then,
                    login_hint,
                },
            )
            .await
        }
        (Verdict::Error(error), _) => Ok(tell(house, &request, &error)),
        (Verdict::Enough, None) => Err(Fault::Ours),
    }
}

/// Sends an answer on its way.
pub fn respond(house: &House, client: &str, answer: &Answer) -> Response {
    match answer.mode {
        ResponseMode::Query => see_other(&answer.location()),
        ResponseMode::FormPost => {
            let page = FormPost {
                frame: Frame::of(house),
                client: client.to_owned(),
                action: answer.redirect_uri.clone(),
                fields: answer.parameters.clone(),
            };
            render_with(StatusCode::OK, &page, &answer.origin().unwrap_or_default())
        }
    }
}

fn tell(house: &House, request: &Request, error: &Error) -> Response {
    respond(
        house,
        &request.client_name,
        &Answer::error(request, error, &house.config.issuer),
    )
}

/// The client as it is now, and the session if its person may still sign in.
async fn look_up(
    house: &House,
    request: &Request,
    session: Option<Session>,
) -> Result<(Option<Client>, Option<(Session, Account)>), Fault> {
    let mut db = house.database.pool.acquire().await?;
    let client = clients::by_id(&request.client, &mut db).await?;
    let Some(session) = session else {
        return Ok((client, None));
    };
    if account::active(&session.person, &mut db).await?.is_none() {
        return Ok((client, None));
    }
    let account = accounts::by_person(&session.person, &mut db).await?;
    Ok((client, account.map(|account| (session, account))))
}

fn required(house: &House, client: &Client, session: &session::Session) -> Level {
    let Some(server) = &client.record.server else {
        return Level::Aal1;
    };
    let snapshot = house.snapshot();
    let needed = signin_requirement(&snapshot, house.schemes, session.person.as_str(), server.as_str());
    Level::from_aal(needed.aal).unwrap_or(Level::Aal3)
}

/// Whether the device may be used for the highest of what she takes part in at that server.
fn may_enter_from(house: &House, client: &Client, session: &Session) -> bool {
    let snapshot = house.snapshot();
    let server = client
        .record
        .server
        .as_ref()
        .and_then(|id| snapshot.server(id.as_str()));
    let Some(server) = server else { return true };
    let person = session.person.as_str();
    let needed = signin_requirement(&snapshot, house.schemes, person, server.id.as_str());
    let now = house.now();
    let device = device_facts(session.place.device.clone(), server, now);
    let facts = Facts {
        device,
        ..Facts::default()
    };
    needed.unmet(&snapshot, house.schemes, &facts, now).is_none()
}

async fn grant(house: &House, request: &Request, session: &Session) -> Result<Response, Fault> {
    let now = house.now();
    let mut rng = house.rng();
    let mut log = Happened::new();
    let mut db = house.database.begin_write().await?;
    let sid = open::tie(session, &request.client, now, &mut rng, &mut log, &mut db).await?;
    let bound_to = BoundTo {
        client: request.client.clone(),
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        nonce: request.nonce.clone(),
        scope: request.scope.clone(),
        person: session.person.clone(),
        session: session.id.clone(),
        sid,
        level: session.level,
        methods: session.methods.clone(),
        auth_time: session.auth_time,
    };
    let code = code::issue(&bound_to, now, &mut rng, &mut log, &mut db).await?;
    record::happened(&Actor::Person(session.person.clone()), &log, now, &mut db).await?;
    house.commit(db).await?;
    let answer = Answer::code(request, &code, &house.config.issuer);
    Ok(respond(house, &request.client_name, &answer))
}
