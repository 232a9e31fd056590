// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /saml/slo`: logout messages of service providers, requests and answers.

use authn::Happened;
use authn::oidc::backchannel;
use authn::oidc::client::ClientRecord;
use authn::oidc::parameters::Parameters;
use authn::saml::idp::Entity;
use authn::saml::idp::chain::{AskedBy, Chain, PATIENCE};
use authn::saml::idp::inbound::Inbound;
use authn::saml::idp::logout::{self, Request};
use authn::saml::idp::status::Status;
use authn::saml::redirect::Carrier;
use authn::session::end::{self, Reason};
use authn::session::{SessionId, Sid};
use authn::store::{saml_services, sessions};
use axum::extract::{RawQuery, Request as HttpRequest, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use sqlx::AnyConnection;

use super::logout::{page_of, tell};
use super::receive::{self, Received, Trouble, believe, use_up};
use crate::app::{App, House};
use crate::http::fault::Fault;
use crate::http::form;
use crate::http::page::see_other;
use crate::record;

/// `GET /saml/slo`
pub async fn get(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Fault> {
    let inbound = receive::query(&query.unwrap_or_default());
    take(&app, inbound).await
}

/// `POST /saml/slo`
pub async fn post(State(app): State<App>, request: HttpRequest) -> Result<Response, Fault> {
    let text = form::body(request, &app).await.ok_or(Fault::Malformed)?;
    take(&app, receive::form(&Parameters::read(&text))).await
}

async fn take(house: &House, inbound: Result<Inbound, Trouble>) -> Result<Response, Fault> {
    let answered = async {
        // There is no service provider whose logout messages may come unsigned.
        let received = believe(house, inbound?, |_| false).await?;
        match received.carrier {
            Carrier::Request => requested(house, received).await,
            Carrier::Response => answered(house, received).await,
        }
    };
    match answered.await {
        Ok(response) => Ok(response),
        Err(trouble) => receive::page(house, trouble),
    }
}

/// A service provider asks for an end.
async fn requested(house: &House, received: Received) -> Result<Response, Trouble> {
    let now = house.now();
    let slo = Entity::of(&house.config.issuer).slo;
    let request = logout::request(&received.message, &slo, now)?;
    let client = received.client;
    if client
        .saml
        .as_ref()
        .is_none_or(|provider| provider.logout_service().is_none())
    {
        let why = "its sender has no address for an answer in its metadata";
        return Err(Trouble::Page(why.to_owned()));
    }
    use_up(house, &client.id, "logout", &request.id).await?;
    let asked_by = AskedBy {
        client: client.id.clone(),
        request: request.id.clone(),
        relay_state: request.relay_state.clone(),
    };
    let mut db = house.database.begin_write().await?;
    let meant = meant(&client, &request, &mut db).await?;
    if meant.is_empty() {
        db.rollback().await?;
        return Ok(tell(house, &client, &asked_by, Some(Status::UnknownPrincipal)).await?);
    }
    // First the end, durably; then the others hear of it.
    let mut rng = house.rng();
    let mut over = Vec::new();
    for id in meant {
        let Some(session) = sessions::by_id(&id, &mut db).await? else {
            continue;
        };
        let mut log = Happened::new();
        if end::end(&id, Reason::SignedOut, now, &mut rng, &mut log, &mut db).await? {
            over.push(id);
        }
        record::happened(&Actor::Person(session.person), &log, now, &mut db).await?;
    }
    let chain = Chain::of(&over, Some(asked_by), now, &mut rng, &mut db).await?;
    chain.set_out(now, &mut db).await?;
    saml_services::put_chain(&chain, now + PATIENCE, &mut db).await?;
    house.commit(db).await?;
    Ok(see_other(&page_of(&chain)))
}

/// The sessions that a request means: those that this service provider knows by these names, and
/// that are of the person whom it names.
async fn meant(
    client: &ClientRecord,
    request: &Request,
    db: &mut AnyConnection,
) -> Result<Vec<SessionId>, Fault> {
    let named: Vec<Sid> = if request.sessions.is_empty() {
        saml_services::sessions_of(&client.id, &request.name, db).await?
    } else {
        request.sessions.iter().map(Sid::from_text).collect()
    };
    let mut meant = Vec::new();
    for sid in named {
        let name = saml_services::name_of(&sid, &client.id, db).await?;
        if name.is_none_or(|name| name.value != request.name) {
            // One that is not hers, or not theirs: none of the request is carried out.
            return Ok(Vec::new());
        }
        meant.extend(sessions::by_sid(&client.id, &sid, db).await?);
    }
    Ok(meant)
}

/// A service provider says what became of a request of ours.
async fn answered(house: &House, received: Received) -> Result<Response, Trouble> {
    let now = house.now();
    let slo = Entity::of(&house.config.issuer).slo;
    let answer = logout::answer(&received.message, &slo, now)?;
    let mut db = house.database.begin_write().await?;
    let chain = saml_services::chain_that_asked(&answer.in_response_to, now, &mut db).await?;
    let Some(mut chain) = chain else {
        return Err(Trouble::Page("it answers nothing that is asked now".to_owned()));
    };
    let client = &received.client.id;
    let at = chain.under_way.as_ref().map(|turn| Sid::from_text(&turn.to.sid));
    if !chain.answered(client, &answer.in_response_to, answer.is_success, now) {
        return Err(Trouble::Page("it answers what another was asked".to_owned()));
    }
    if let Some(sid) = at.filter(|_| answer.is_success) {
        backchannel::no_need(&sid, now, &mut db).await?;
    }
    saml_services::put_chain(&chain, now + PATIENCE, &mut db).await?;
    db.commit().await?;
    Ok(see_other(&page_of(&chain)))
}
