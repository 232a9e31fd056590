// SPDX-License-Identifier: Apache-2.0
//! What becomes of a frozen request: an assertion, a sign-in, or a status. Sign-in is itself a
//! decision, by the same questions as for the OpenID provider.

use authn::Happened;
use authn::assurance::Level;
use authn::flow::{Purpose, Then};
use authn::oidc::client::ClientRecord;
use authn::saml::idp::attributes::Known as About;
use authn::saml::idp::name_id::Name;
use authn::saml::idp::response::{self, Subject};
use authn::saml::idp::status::Status;
use authn::saml::idp::verdict::{Verdict, judge};
use authn::saml::idp::{Entity, Request};
use authn::saml::post::Form;
use authn::saml::redirect::Carrier;
use authn::session::{Session, Sid, open};
use authn::store::{clients, saml_services};
use axum::response::Response;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::deliver;
use crate::app::House;
use crate::asking::clearance::Usable;
use crate::http::authn::known::Known;
use crate::http::authn::signin::consent;
use crate::http::authn::signin::show::begin;
use crate::http::fault::Fault;
use crate::http::oauth2::admission;
use crate::http::page::{Frame, Message, render};

/// How long a name is remembered after its session's end, so that a late logout is still understood.
const NAMES_REMEMBERED: TimeDelta = TimeDelta::days(1);

/// Answers a frozen request with the session at hand. `asked` is the level that a sign-in for it has just been
/// asked to reach.
pub async fn to(
    house: &House,
    headers: &HeaderMap,
    request: Request,
    session: Option<Session>,
    asked: Option<Level>,
) -> Result<Response, Fault> {
    let now = house.now();
    let (client, known) = look_up(house, &request, session).await?;
    let Some(client) = client else {
        return Ok(gone(house));
    };
    let required = match &known {
        Some(known) => admission::required(house, &client, &known.session, &known.person),
        None => Level::Aal1,
    };
    let name = known
        .as_ref()
        .and_then(|known| known.name(&request, &client, None));
    let at_hand = known
        .as_ref()
        .map(|known| (&known.session, name.as_ref().map(|name| name.value.as_str())));
    match (judge(&request, &client, at_hand, required, asked, now), known) {
        (Verdict::Enough(context), Some(known)) => {
            if let Some(why) = admission::refused(house, &client, &known.session, &known.person) {
                return status(house, &request, Status::RequestDenied, Some(why)).await;
            }
            if name.is_none() {
                let why = "the person has no name of that kind";
                return status(house, &request, Status::InvalidNameIdPolicy, Some(why)).await;
            }
            consent_or_assertion(house, headers, &client, request, &known, &context).await
        }
        (Verdict::SignIn(requirement), known) => {
            let name = name.map(|name| name.value);
            let wants_another = request.expected.is_some() && request.expected != name;
            let session = known.filter(|_| !wants_another).map(|known| known.session);
            let purpose = Purpose {
                requirement,
                then: Then::Saml(Box::new(request)),
                login_hint: None,
                act: None,
            };
            begin(house, headers, purpose, session.as_ref()).await
        }
        (Verdict::Status(why), _) => status(house, &request, why, None).await,
        (Verdict::Enough(_), None) => Err(Fault::Ours),
    }
}

/// Tells the service provider why there is no assertion.
pub async fn status(
    house: &House,
    request: &Request,
    why: Status,
    message: Option<&str>,
) -> Result<Response, Fault> {
    let keys = house.identity_provider().await?;
    let now = house.now();
    let key = keys.signing(now).ok_or(Fault::Ours)?;
    let entity = Entity::of(&house.config.issuer);
    let text = response::failure(request, why, message, &entity, key, now, &mut house.rng())?;
    Ok(respond(house, request, &text))
}

async fn consent_or_assertion(
    house: &House,
    headers: &HeaderMap,
    client: &ClientRecord,
    request: Request,
    known: &Known,
    context: &str,
) -> Result<Response, Fault> {
    if !consent::is_open(house, client, &request.scope, &known.session).await? {
        return grant(house, client, &request, known, context).await;
    }
    if request.is_passive {
        let why = "the person has not been asked yet";
        return status(house, &request, Status::NoPassive, Some(why)).await;
    }
    consent::ask(house, headers, Then::Saml(Box::new(request)), &known.session).await
}

async fn grant(
    house: &House,
    client: &ClientRecord,
    request: &Request,
    known: &Known,
    context: &str,
) -> Result<Response, Fault> {
    let keys = house.identity_provider().await?;
    let now = house.now();
    let key = keys.signing(now).ok_or(Fault::Ours)?;
    let mut rng = house.rng();
    let session = &known.session;
    let usable = house.usable_at(client.server.as_ref(), &session.person);
    let mut log = Happened::new();
    let provider = client.saml.as_ref().ok_or(Fault::Ours)?;
    let mut db = house.database.begin_write().await?;
    let sid = open::tie(session, &client.id, now, &mut rng, &mut log, &mut db).await?;
    let name = known.name(request, client, Some(&sid)).ok_or(Fault::Ours)?;
    saml_services::put_name(
        &sid,
        &client.id,
        &name,
        session.ends_at + NAMES_REMEMBERED,
        &mut db,
    )
    .await?;
    let detail = json!({
        "client": client.id, "session": session.id, "acr": context, "scope": request.scope,
    });
    log.event("assertion.issued", session.person.as_str(), detail);
    house
        .settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    // It is on record; signing takes a while, and nobody who writes waits for it.
    let opaque = known.account.opaque_at(&provider.entity_id);
    let subject = Subject {
        name: &name,
        session,
        sid: &sid,
        context,
        known: known.about(&usable, &opaque),
    };
    let entity = Entity::of(&house.config.issuer);
    let text = response::success(request, client, &subject, &entity, key, now, &mut rng)?;
    Ok(respond(house, request, &text))
}

/// Responses go by form alone: an assertion has no place in an address.
fn respond(house: &House, request: &Request, text: &str) -> Response {
    let state = request.relay_state.as_deref();
    let form = Form::new(&request.consumer, Carrier::Response, text, state);
    deliver::post(house, &request.client_name, form)
}

fn gone(house: &House) -> Response {
    let page = Message {
        frame: Frame::of(house),
        title: "This application is not registered any more".to_owned(),
        text: "It was removed while you signed in. Nothing was sent to it.".to_owned(),
        reference: None,
        link: Some(("/account".to_owned(), "Your account".to_owned())),
    };
    render(StatusCode::BAD_REQUEST, &page)
}

impl Known {
    /// What she is called there; `sid` is the session's name there, where it has one.
    fn name(&self, request: &Request, client: &ClientRecord, sid: Option<&Sid>) -> Option<Name> {
        let provider = client.saml.as_ref()?;
        let none = Sid::from_text("");
        Name::of(
            request.name_id,
            &provider.entity_id,
            &self.account,
            &self.person,
            sid.unwrap_or(&none),
        )
        .filter(|name| !name.value.is_empty())
    }

    fn about<'a>(&'a self, usable: &'a Usable, subject: &'a str) -> About<'a> {
        About {
            id: &self.session.person,
            person: &self.person,
            subject,
            level: self.session.level,
            methods: &self.session.methods,
            clearance: &usable.levels,
            compartments: &usable.compartments,
        }
    }
}

/// The service provider as it is now, and the session if its person may still sign in.
async fn look_up(
    house: &House,
    request: &Request,
    session: Option<Session>,
) -> Result<(Option<ClientRecord>, Option<Known>), Fault> {
    let mut db = house.database.pool.acquire().await?;
    let client = clients::by_id(&request.client, &mut db).await?;
    let client = client.map(|client| client.record).filter(|record| {
        // The address may have left its metadata meanwhile (S14).
        let provider = record.saml.as_ref();
        provider.is_some_and(|one| one.consumers.iter().any(|to| to.location == request.consumer))
    });
    let known = match session {
        Some(session) => Known::by(session, &mut db).await?,
        None => None,
    };
    Ok((client, known))
}
