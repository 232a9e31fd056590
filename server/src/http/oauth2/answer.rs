// SPDX-License-Identifier: Apache-2.0
//! What becomes of a frozen request: a code, a sign-in, or an error. Sign-in is itself a decision:
//! `admission` is asked each time.

use askama::Template;
use authn::Happened;
use authn::assurance::Level;
use authn::flow::{Purpose, Then};
use authn::oidc::authorize::{Prompt, Request, Response as Answer, ResponseMode, Verdict, judge};
use authn::oidc::client::Client;
use authn::oidc::code::{self, BoundTo};
use authn::oidc::error::{Code, Error};
use authn::session::{Session, open};
use authn::store::clients;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};

use super::admission;
use crate::app::House;
use crate::http::authn::known::Known;
use crate::http::authn::signin::consent;
use crate::http::authn::signin::show::begin;
use crate::http::fault::Fault;
use crate::http::page::{Frame, render_with, see_other};

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost {
    frame: Frame,
    client: String,
    action: String,
    fields: Vec<(&'static str, String)>,
}

/// Answers a frozen request with the session at hand. `asked` is the level that a sign-in for it has just been
/// asked to reach.
pub async fn to(
    house: &House,
    headers: &HeaderMap,
    request: Request,
    session: Option<Session>,
    asked: Option<Level>,
) -> Result<Response, Fault> {
    let (client, known) = look_up(house, &request, session).await?;
    let Some(client) = client else {
        let error = Error::new(Code::UnauthorizedClient, "the client was removed");
        return Ok(tell(house, &request, &error));
    };
    to_known(house, headers, request, &client, known, asked).await
}

/// The same, for a client and a person as they were found a moment ago.
pub(super) async fn to_known(
    house: &House,
    headers: &HeaderMap,
    request: Request,
    client: &Client,
    known: Option<Known>,
    asked: Option<Level>,
) -> Result<Response, Fault> {
    let now = house.now();
    let required = match &known {
        Some(known) => admission::required(house, &client.record, &known.session, &known.person),
        None => Level::Aal1,
    };
    let sub = known.as_ref().map(|known| known.account.sub_at(&client.record));
    let at_hand = known
        .as_ref()
        .zip(sub.as_deref())
        .map(|(known, sub)| (&known.session, sub));
    match (judge(&request, client, at_hand, required, asked, now), known) {
        (Verdict::Enough, Some(known)) => {
            match admission::refused(house, &client.record, &known.session, &known.person) {
                None => consent_or_code(house, headers, client, request, known.session).await,
                Some(why) => Ok(tell(house, &request, &Error::new(Code::AccessDenied, why))),
            }
        }
        (Verdict::SignIn(requirement), known) => {
            let wants_another = request.prompt.contains(&Prompt::SelectAccount)
                || request.expected_sub.is_some() && request.expected_sub != sub;
            let session = known.filter(|_| !wants_another).map(|known| known.session);
            let login_hint = request.login_hint.clone();
            let then = Then::Authorize(Box::new(request));
            begin(
                house,
                headers,
                Purpose {
                    requirement,
                    then,
                    login_hint,
                    act: None,
                },
                session.as_ref(),
            )
            .await
        }
        (Verdict::Error(error), _) => Ok(tell(house, &request, &error)),
        (Verdict::Enough, None) => Err(Fault::Ours),
    }
}

async fn consent_or_code(
    house: &House,
    headers: &HeaderMap,
    client: &Client,
    request: Request,
    session: Session,
) -> Result<Response, Fault> {
    let asks_anew = request.prompt.contains(&Prompt::Consent);
    if !asks_anew && !consent::is_open(house, &client.record, &request.scope, &session).await? {
        return grant(house, client, &request, &session).await;
    }
    if request.prompt.contains(&Prompt::None) {
        let error = Error::new(Code::ConsentRequired, "the person has not been asked yet");
        return Ok(tell(house, &request, &error));
    }
    consent::ask(house, headers, Then::Authorize(Box::new(request)), &session).await
}

/// Sends an answer on its way.
pub fn respond(house: &House, client: &str, answer: &Answer) -> Response {
    match answer.mode {
        ResponseMode::Query => see_other(&answer.location()),
        ResponseMode::FormPost => {
            let origin = answer.origin().unwrap_or_default();
            let fields = answer.parameters.clone();
            post_form(house, client, &answer.redirect_uri, fields, &origin)
        }
    }
}

/// The page that posts `fields` to `action`, which is at `origin`: by itself, or by its button.
pub fn post_form(
    house: &House,
    client: &str,
    action: &str,
    fields: Vec<(&'static str, String)>,
    origin: &str,
) -> Response {
    let page = FormPost {
        frame: Frame::of(house),
        client: client.to_owned(),
        action: action.to_owned(),
        fields,
    };
    render_with(StatusCode::OK, &page, origin)
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
) -> Result<(Option<Client>, Option<Known>), Fault> {
    let mut db = house.database.pool.acquire().await?;
    let client = clients::by_id(&request.client, &mut db).await?;
    let known = match session {
        Some(session) => Known::by(session, &mut db).await?,
        None => None,
    };
    Ok((client, known))
}

async fn grant(
    house: &House,
    client: &Client,
    request: &Request,
    session: &Session,
) -> Result<Response, Fault> {
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
        acr: client.record.acr_for(&request.acr_values, session.level),
        methods: session.methods.clone(),
        auth_time: session.auth_time,
    };
    let code = code::issue(&bound_to, now, &mut rng, &mut log, &mut db).await?;
    house
        .settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let answer = Answer::code(request, &code, &house.config.issuer);
    Ok(respond(house, &request.client_name, &answer))
}
