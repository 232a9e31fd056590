// SPDX-License-Identifier: Apache-2.0
//! `/saml/sources/{id}/slo`: a provider ends a session, or answers when we ended one (SAML profiles,
//! section 4.4). Both only signed, by redirect or by form.

use authn::Happened;
use authn::saml::idp::chain::Chain;
use authn::saml::redirect::{Carrier, Received};
use authn::saml::{Verified, fresh_id, post as by_form, relay_state, signature};
use authn::secret::sha256;
use authn::store::saml_pending::{self, Kind};
use authn::store::upstream_sessions::CameFrom;
use authn::upstream::logout::{self as ending, Ended, Taken};
use authn::upstream::saml::request::Carried;
use authn::upstream::saml::{Fault as Refusal, SUCCESS, arrival, logout};
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::Response;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_directory::source::Source;

use super::{carry, foreign_form, partner, refuse_anybody};
use crate::app::{App, House};
use crate::http::authn::account::signout::signed_out;
use crate::http::fault::Fault;
use crate::saml::partner::Partner;
use crate::saml::{SamlFault, aside};

/// How long a provider has to answer a logout.
const LOGOUT_PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// A message whose signature held.
struct Message {
    carrier: Carrier,
    verified: Verified,
    relay_state: Option<String>,
}

/// `GET /saml/sources/{id}/slo`
pub async fn get(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let partner = match listening(&app, &id).await? {
        Ok(partner) => partner,
        Err(page) => return Ok(page),
    };
    let keys = partner.provider.role.signing.clone();
    let query = query.unwrap_or_default();
    let read = aside(move || {
        let received = Received::read(&query)?;
        Ok::<_, Refusal>(Message {
            carrier: received.carrier(),
            verified: received.verify(&keys)?,
            relay_state: received.relay_state().map(str::to_owned),
        })
    });
    let read = read.await?;
    taken(&app, partner, read).await
}

/// `POST /saml/sources/{id}/slo`
pub async fn post(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let form = foreign_form(request, &app).await?;
    let partner = match listening(&app, &id).await? {
        Ok(partner) => partner,
        Err(page) => return Ok(page),
    };
    let keys = partner.provider.role.signing.clone();
    let (carrier, message) = match (form.one("SAMLRequest"), form.one("SAMLResponse")) {
        (Some(message), None) => (Carrier::Request, message.to_owned()),
        (None, Some(message)) => (Carrier::Response, message.to_owned()),
        _ => return Err(Fault::Malformed),
    };
    let state = form.one("RelayState").map(str::to_owned);
    let read = aside(move || {
        let verified = signature::verify(&by_form::read(&message)?, &keys)?;
        Ok::<_, Refusal>(Message {
            carrier,
            verified,
            relay_state: relay_state(state.as_deref())?,
        })
    });
    let read = read.await?;
    taken(&app, partner, read).await
}

/// The provider, if logout goes both ways with it.
async fn listening(app: &App, id: &str) -> Result<Result<Partner, Response>, Fault> {
    match partner(app, id).await? {
        Ok(partner) if partner.source.saml().is_some_and(|settings| settings.logout) => Ok(Ok(partner)),
        Ok(_) => Err(Fault::Gone),
        Err(page) => Ok(Err(page)),
    }
}

async fn taken(app: &App, partner: Partner, read: Result<Message, Refusal>) -> Result<Response, Fault> {
    let outcome = match read {
        Ok(message) if message.carrier == Carrier::Request => asked(app, &partner, &message).await,
        Ok(message) => answered(app, &partner, &message).await,
        Err(refusal) => Ok(Err(refusal)),
    };
    match outcome? {
        Ok(response) => Ok(response),
        Err(refusal) => refuse_anybody(app, &partner.source, &refusal).await,
    }
}

/// The provider ends sessions: ours that came from them end first, durably, and then it is told.
async fn asked(app: &App, partner: &Partner, message: &Message) -> Result<Result<Response, Refusal>, Fault> {
    let now = app.now();
    let asked = match logout::asked(&message.verified, &partner.rules, now) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let source = &partner.source.id;
    let mut rng = app.rng();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    if !arrival::use_up(&asked, source, &mut db).await? {
        return Ok(Err(Refusal::Again));
    }
    let sessions = arrival::sessions_of(&asked, source, &mut db).await?;
    let mut is_known = false;
    let mut over = Vec::new();
    for (subject, session) in sessions {
        let ended = Ended {
            issuer: partner.rules.entity_id.clone(),
            message: format!(
                "{} {subject} {}",
                asked.id,
                session.as_deref().unwrap_or_default()
            ),
            subject: Some(subject),
            session,
            remember_until: asked.remember_until,
        };
        let taken = ending::end_all(source, &ended, now, &mut rng, &mut log, &mut db).await?;
        if let Taken::Ended(sessions) = taken {
            is_known = true;
            over.extend(sessions);
        }
    }
    // Service providers of ours that can be told through this browser alone are not: it is on its way
    // back to the provider that asked, who hears that something is still open.
    let chain = Chain::of(&over, None, now, &mut rng, &mut db).await?;
    let code = match (is_known, chain.is_done()) {
        (false, _) => logout::REQUESTER,
        (true, false) => logout::PARTIAL,
        (true, true) => SUCCESS,
    };
    app.settle(&Actor::Nobody, &log, now, db).await?;
    let keys = app.saml_keys().await?;
    let by = keys.signing(now).ok_or(Fault::Ours)?;
    let carried = logout::answer(
        &fresh_id(&mut rng),
        &asked.id,
        code,
        message.relay_state.as_deref(),
        &partner.rules,
        &partner.provider,
        by,
        now,
    );
    let carried = carried.map_err(|cause| SamlFault::Provider(cause.to_string()))?;
    Ok(Ok(carry(app, &partner.source.name, carried)))
}

/// The provider answers ours: her session here is over already, so this only says how it went there.
async fn answered(
    app: &App,
    partner: &Partner,
    message: &Message,
) -> Result<Result<Response, Refusal>, Fault> {
    let now = app.now();
    let answered = match logout::answered(&message.verified, &partner.rules, now) {
        Ok(answered) => answered,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let source = &partner.source.id;
    let id = sha256(answered.in_response_to.as_bytes());
    let mut db = app.database.begin_write().await?;
    let waited = saml_pending::take(&id, Kind::Logout, source, now, &mut db).await?;
    app.commit(db).await?;
    if waited.is_none() {
        return Ok(Err(Refusal::InResponseTo));
    }
    let open = (!answered.is_complete).then(|| partner.source.name.clone());
    Ok(Ok(signed_out(app, None, open.into_iter().collect())))
}

/// How she can sign out at the provider that a session came from, too: our signed request, by an address or by
/// a form. None where no provider listens.
pub async fn there(house: &House, source: &Source, from: &CameFrom) -> Result<Option<Carried>, Fault> {
    if !source.saml().is_some_and(|settings| settings.logout) {
        return Ok(None);
    }
    let partner = match house.saml_partner(source.id.as_str()).await {
        Ok(Some(partner)) => partner,
        Ok(None) => return Ok(None),
        Err(cause) => {
            // She signs out here whatever is wrong there.
            tracing::warn!(source = %source.id, error = %cause, "a provider cannot be told of a sign-out");
            return Ok(None);
        }
    };
    let now = house.now();
    let keys = house.saml_keys().await?;
    let by = keys.signing(now).ok_or(Fault::Ours)?;
    let session = from.upstream.as_deref();
    let subject = &from.identity.subject;
    let name = {
        let mut db = house.database.pool.acquire().await?;
        arrival::name_of(&source.id, subject, session, &house.sealer, &mut db).await?
    };
    let Some(name) = name else { return Ok(None) };
    let id = fresh_id(&mut house.rng());
    let (rules, provider) = (&partner.rules, &partner.provider);
    // Metadata without an address for it is the everyday reason.
    let Ok(carried) = logout::ask(&id, &name, session, None, rules, provider, by, now) else {
        return Ok(None);
    };
    let hash = sha256(id.as_bytes());
    let until = now + LOGOUT_PATIENCE;
    let mut db = house.database.begin_write().await?;
    saml_pending::put(&hash, Kind::Logout, &source.id, &[], until, &mut db).await?;
    house.commit(db).await?;
    Ok(Some(carried))
}
