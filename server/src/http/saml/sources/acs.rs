// SPDX-License-Identifier: Apache-2.0
//! `/saml/sources/{id}/acs`: a response arrives, in two steps. The form comes from another site, so our
//! cookies do not come with it; it is checked, used up, and waits. The redirect that follows is read by
//! the browser itself, with its cookie, and shows whether it is the one that was sent away.

use std::sync::Arc;

use authn::assurance::{Level, Requirement};
use authn::flow::{self, Purpose, Stage, Then};
use authn::oidc::parameters::Parameters;
use authn::saml::{post, relay_state};
use authn::secret::Secret;
use authn::upstream::saml::arrival::{self, ArrivalError, Waiting};
use authn::upstream::saml::{Fault as Refusal, response};
use authn::upstream::trip::{self, Errand};
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::source::Source;
use http::HeaderMap;

use super::start::Held;
use super::{foreign_form, partner, refuse, refuse_anybody};
use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::cookies;
use crate::http::fault::Fault;
use crate::http::page::see_other;
use crate::http::upstream::arrive::arrived;
use crate::http::upstream::links;
use crate::saml::aside;

/// `POST /saml/sources/{id}/acs`
pub async fn post(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let form = foreign_form(request, &app).await?;
    let partner = match partner(&app, &id).await? {
        Ok(partner) => partner,
        Err(page) => return Ok(page),
    };
    let source = Arc::clone(&partner.source);
    let message = form.one("SAMLResponse").ok_or(Fault::Malformed)?.to_owned();
    let state = match relay_state(form.one("RelayState")) {
        Ok(state) => state,
        Err(cause) => return refuse_anybody(&app, &source, &cause.into()).await,
    };
    let keys = app.saml_keys().await?;
    let now = app.now();
    let received = aside(move || {
        let message = post::read(&message)?;
        response::receive(
            &message,
            &partner.rules,
            &partner.provider,
            &keys.decrypting(),
            now,
        )
    });
    let arrived = match received.await? {
        Ok(arrived) => arrived,
        Err(refusal) => return refuse_anybody(&app, &source, &refusal).await,
    };
    let mut rng = app.rng();
    let mut db = app.database.begin_write().await?;
    let kept = arrival::keep(&arrived, state.as_deref(), &app.sealer, now, &mut rng, &mut db).await;
    match kept {
        Ok(secret) => {
            app.commit(db).await?;
            let secret = secret.expose();
            Ok(see_other(&format!(
                "/saml/sources/{}/acs?arrival={secret}",
                source.id
            )))
        }
        Err(ArrivalError::Fault(refusal)) => {
            drop(db);
            refuse_anybody(&app, &source, &refusal).await
        }
        Err(cause) => Err(cause.into()),
    }
}

/// `GET /saml/sources/{id}/acs`
pub async fn get(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let secret = parameters
        .one("arrival")
        .and_then(Secret::presented)
        .ok_or(Fault::Gone)?;
    let (source, _) = app.saml_source(&id).ok_or(Fault::Gone)?;
    let now = app.now();
    let mut rng = app.rng();
    let mut db = app.database.begin_write().await?;
    let waiting = arrival::take(&secret, &source.id, &app.sealer, now, &mut db).await?;
    let Some(waiting) = waiting else {
        return Err(Fault::Gone);
    };
    arrival::remember_name(&waiting, &app.sealer, now, &mut rng, &mut db).await?;
    let Some(request) = &waiting.in_response_to else {
        app.commit(db).await?;
        return unasked(&app, &headers, &source, waiting).await;
    };
    // It has to find the request that this browser was sent away with, once.
    let browser = browser::secret(&app, &headers);
    let trip = match (&waiting.relay_state, browser) {
        (Some(state), Some(browser)) => {
            trip::come_back::<Held>(state, &source.id, &browser, now, &mut db).await?
        }
        _ => None,
    };
    // What was taken stays taken, whatever becomes of the rest.
    app.commit(db).await?;
    let Some(trip) = trip.filter(|trip| trip.held.request == *request) else {
        return refuse(&app, &source, &Refusal::InResponseTo).await;
    };
    match trip.errand {
        Errand::SignIn { flow } => {
            let flow = browser::flow(&app, &headers, &flow).await?;
            arrived(
                &app,
                &headers,
                &source,
                flow,
                waiting.claimed,
                trip.need,
                skew(&source),
            )
            .await
        }
        Errand::Link { session } => {
            links::came_back(&app, &headers, &source, &session, &waiting.claimed).await
        }
    }
}

/// A response that nobody here asked for, of a provider that may send such: it begins a sign-in of its own.
async fn unasked(
    house: &House,
    headers: &HeaderMap,
    source: &Source,
    waiting: Waiting,
) -> Result<Response, Fault> {
    let mut rng = house.rng();
    let now = house.now();
    let purpose = Purpose {
        requirement: Requirement::level(Level::Aal1),
        then: Then::Page("/account".to_owned()),
        login_hint: None,
        act: None,
    };
    let need = purpose.requirement.clone();
    let present = browser::secret(house, headers);
    let is_new = present.is_none();
    let secret = present.unwrap_or_else(|| Secret::generate(&mut rng));
    let name = cookies::browser_name(&house.config);
    let cookie = is_new
        .then(|| cookies::set(&house.config, name, secret.expose()))
        .flatten();
    let mut db = house.database.begin_write().await?;
    let flow = flow::begin(purpose, Stage::Identify, &secret, now, &mut rng, &mut db).await?;
    house.commit(db).await?;
    let response = arrived(house, headers, source, flow, waiting.claimed, need, skew(source)).await?;
    Ok(browser::with_cookie(response, cookie))
}

fn skew(source: &Source) -> u16 {
    source.saml().map_or(0, |settings| settings.skew_seconds)
}
