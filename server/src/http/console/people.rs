// SPDX-License-Identifier: Apache-2.0
//! People as administrators see them, and the one call that puts somebody out, everywhere, now.

use std::collections::HashMap;

use authn::session::end;
use authn::store::accounts;
use authn::{Happened, session};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_authz::Snapshot;
use countersign_authz::explain::{Pen, Pseudonyms};
use countersign_directory::operation::person::{self, PersonError};
use countersign_directory::store::person_sources;
use countersign_directory::{self as directory, Actor, PersonId, SourceId};
use http::StatusCode;

use super::sessions::not_reached;
use super::shapes::{
    Clearance, Contract, Ended, FromSource, Membership, Person, PersonPage, PersonSession, PersonSummary,
    word, words,
};
use super::{Page, cut};
use crate::app::App;
use crate::http::caller;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// Lists people.
#[utoipa::path(get, path = "/api/v1/people", operation_id = "people", params(Page),
    responses((status = 200, body = PersonPage), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    caller::Person(session): caller::Person,
    Query(page): Query<Page>,
) -> Result<Json<PersonPage>, Problem> {
    app.act(&session, "console.read", "console", "people").await?;
    let seen = last_sign_ins(&app).await?;
    let snapshot = app.snapshot();
    let rows = snapshot
        .people()
        .filter(|(id, person)| page.takes(id.as_str(), person.display_name.as_deref()))
        .take(page.limit() + 1)
        .map(|(id, person)| summary(id, person, &seen))
        .collect();
    let (items, next_cursor) = cut(rows, page.limit(), |row: &PersonSummary| &row.id);
    Ok(Json(PersonPage { items, next_cursor }))
}

/// Shows one person.
#[utoipa::path(get, path = "/api/v1/people/{id}", operation_id = "person", params(("id" = String, Path)),
    responses((status = 200, body = Person), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    caller::Person(session): caller::Person,
    Path(id): Path<PersonId>,
) -> Result<Json<Person>, Problem> {
    app.act(&session, "console.read", "console", "people").await?;
    let seen = last_sign_ins(&app).await?;
    let snapshot = app.snapshot();
    let person = snapshot.person(id.as_str()).ok_or_else(Problem::not_found)?;
    let mut names = Pseudonyms::default();
    let horizon = app.horizon(&session, &snapshot);
    let mut pen = Pen::new(horizon, &mut names);
    let missions = person
        .missions
        .iter()
        .all(|known| horizon.mission(known.as_str()));
    let briefings = person.briefings.iter().all(|known| horizon.briefing(known));
    let withheld = [("missions", missions), ("briefings", briefings)];
    Ok(Json(Person {
        id: id.to_string(),
        display_name: person.display_name.clone(),
        email: person.email.clone(),
        kind: word(person.kind),
        status: word(person.status),
        agency: person.agency.as_ref().map(ToString::to_string),
        sponsor: person.sponsor.as_ref().map(ToString::to_string),
        contract: person.contract.as_ref().map(|contract| Contract {
            reference: contract.reference.clone(),
            until: contract.until,
        }),
        roles: words(person.roles.iter()),
        nationalities: words(person.nationalities.iter()),
        missions: person
            .missions
            .iter()
            .map(|mission| pen.mission(mission.as_str()))
            .collect(),
        briefings: person
            .briefings
            .iter()
            .map(|briefing| pen.briefing(briefing))
            .collect(),
        clearances: person
            .clearances
            .iter()
            .map(|held| clearance(held, &mut pen))
            .collect(),
        sessions: sessions(&app, &id, &mut pen),
        memberships: memberships(&app, &snapshot, &id, &mut pen),
        sources: from_sources(&app, &id).await?,
        last_sign_in: seen.get(&id).copied(),
        withheld: withheld
            .into_iter()
            .filter(|(_, all)| !all)
            .map(|(list, _)| list.to_owned())
            .collect(),
    }))
}

async fn from_sources(app: &App, id: &PersonId) -> Result<Vec<FromSource>, Problem> {
    let mut db = app.database.pool.acquire().await?;
    let given = person_sources::of(id, &mut db).await?;
    let told = |(source, given): (SourceId, person_sources::Given)| FromSource {
        source: source.to_string(),
        owns: given.owns,
        parts: given
            .parts
            .attributes
            .into_iter()
            .map(|(part, at)| (part.to_string(), at))
            .collect(),
        clearances: given.parts.clearances.into_keys().collect(),
    };
    Ok(given.into_iter().map(told).collect())
}

/// Ends a person's access everywhere: her account, sessions and tokens. One administrator is enough.
#[utoipa::path(post, path = "/api/v1/people/{id}/revoke", operation_id = "revoke_person",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 200, body = Ended), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn revoke(
    State(app): State<App>,
    caller::Person(session): caller::Person,
    Path(id): Path<PersonId>,
) -> Result<Json<Ended>, Problem> {
    let snapshot = app.snapshot();
    snapshot.person(id.as_str()).ok_or_else(Problem::not_found)?;
    let permit = app.act(&session, "user.revoke", "user", id.as_str()).await?;
    let now = app.now();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let outcome = person::revoke(&id, &permit, now, &mut transaction).await?;
    let ended = end::end_all(
        &id,
        None,
        end::Reason::Revoked,
        now,
        &mut app.rng(),
        &mut log,
        &mut transaction,
    )
    .await?;
    let not_reached = not_reached(&ended, &mut transaction).await?;
    log.carried_out(outcome);
    app.settle(permit.by(), &log, now, transaction).await?;
    let evictions = snapshot.memberships(id.as_str()).len();
    Ok(Json(Ended {
        sessions_ended: ended.len(),
        evictions,
        not_reached,
    }))
}

/// Ends all of a person's sessions; she may sign in again.
#[utoipa::path(post, path = "/api/v1/people/{id}/sessions/end", operation_id = "end_sessions",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 200, body = Ended), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn end_sessions(
    State(app): State<App>,
    caller::Person(session): caller::Person,
    Path(id): Path<PersonId>,
) -> Result<Json<Ended>, Problem> {
    app.snapshot()
        .person(id.as_str())
        .ok_or_else(Problem::not_found)?;
    app.act(&session, "session.end", "user", id.as_str()).await?;
    let now = app.now();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let ended = end::end_all(
        &id,
        None,
        end::Reason::Administrator,
        now,
        &mut app.rng(),
        &mut log,
        &mut transaction,
    )
    .await?;
    let not_reached = not_reached(&ended, &mut transaction).await?;
    let actor = Actor::Person(session.person);
    app.settle(&actor, &log, now, transaction).await?;
    Ok(Json(Ended {
        sessions_ended: ended.len(),
        evictions: 0,
        not_reached,
    }))
}

fn summary(
    id: &PersonId,
    person: &directory::Person,
    seen: &HashMap<PersonId, DateTime<Utc>>,
) -> PersonSummary {
    PersonSummary {
        id: id.to_string(),
        display_name: person.display_name.clone(),
        kind: word(person.kind),
        status: word(person.status),
        agency: person.agency.as_ref().map(ToString::to_string),
        roles: words(person.roles.iter()),
        nationalities: words(person.nationalities.iter()),
        last_sign_in: seen.get(id).copied(),
    }
}

async fn last_sign_ins(app: &App) -> Result<HashMap<PersonId, DateTime<Utc>>, Problem> {
    let mut db = app.database.pool.acquire().await?;
    let accounts = accounts::all(&mut db).await?;
    let seen = accounts
        .into_iter()
        .filter_map(|known| Some((known.person, known.last_sign_in_at?)));
    Ok(seen.collect())
}

fn sessions(app: &App, person: &PersonId, pen: &mut Pen<'_>) -> Vec<PersonSession> {
    let sessions = app.board.of_person(person, app.now());
    sessions.iter().map(|session| shown(app, session, pen)).collect()
}

fn shown(app: &App, session: &session::Session, pen: &mut Pen<'_>) -> PersonSession {
    let clients = app.board.clients_of(&session.id);
    PersonSession {
        id: session.id.to_string(),
        acr: session.level.acr().to_owned(),
        aal: session.level.aal(),
        amr: words(session.methods.iter()),
        authenticators: session.evidence.iter().map(Into::into).collect(),
        auth_time: session.auth_time,
        last_activity: session.last_activity,
        ends_at: session.ends_at,
        clients: clients.into_iter().map(|tie| tie.client).collect(),
        device: session
            .place
            .device
            .as_ref()
            .map(|device| pen.device(device.as_str())),
    }
}

/// A clearance as the reader may see it.
fn clearance(held: &directory::Clearance, pen: &mut Pen<'_>) -> Clearance {
    let shown = Clearance::from(held);
    Clearance {
        level: pen.level(&held.scheme, &held.level),
        compartments: held.compartments.iter().map(|tag| pen.compartment(tag)).collect(),
        channel: held.channel.as_ref().map(|id| pen.channel(id.as_str())),
        ..shown
    }
}

fn memberships(app: &App, snapshot: &Snapshot, person: &PersonId, pen: &mut Pen<'_>) -> Vec<Membership> {
    let ids = snapshot.memberships(person.as_str());
    ids.iter()
        .filter_map(|id| {
            let channel = snapshot.channel(id.as_str())?;
            let reason = app.may_not_stay(snapshot, person, id);
            let known = pen.horizon().channel(id.as_str());
            Some(Membership {
                channel: pen.channel(id.as_str()),
                withheld: !known,
                name: channel.name.clone().filter(|_| known),
                label: (&pen.label(&channel.label)).into(),
                member_allowed: reason.is_none(),
                reason: reason.map(|reason| reason.code().to_owned()),
            })
        })
        .collect()
}

impl From<PersonError> for Problem {
    fn from(error: PersonError) -> Self {
        let message = error.to_string();
        match error {
            PersonError::Store(cause) => cause.into(),
            PersonError::Unknown(_) => Self::not_found(),
            PersonError::ApprovalMissing(_) | PersonError::Permit(_) => {
                Self::new(StatusCode::FORBIDDEN, message)
            }
        }
    }
}
