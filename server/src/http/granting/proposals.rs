// SPDX-License-Identifier: Apache-2.0
//! What waits for a second person: shown, approved, rejected or withdrawn, carried out.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use countersign_authz::explain::Horizon;
use countersign_directory::amend::Amendment;
use countersign_directory::operation::amend::{AmendFault, Weighed, weigh};
use countersign_directory::operation::proposal::{self, ProposalError};
use countersign_directory::store::proposals::{self, Proposal};
use countersign_directory::{Actor, ApprovalId, ApprovalState, ParametersHash, PersonId};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::AnyConnection;
use utoipa::ToSchema;

use super::told::{Changed, told};
use super::{Applied, applied};
use crate::app::{App, House};
use crate::asking::elsewhere::Handed;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;
use crate::record;

/// The most changes of one proposal in a list; the proposal itself has them all.
const MOST_LISTED: usize = 50;

/// An act that waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proposed {
    /// Its id.
    pub id: String,
    /// `requested`, `approved`, `used`, `rejected`, `withdrawn` or `expired`.
    pub state: String,
    /// Who proposed it, and carries it out: a person, or `source:` and the id of a source.
    pub requester: Option<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Good up to and including this second.
    pub expires_at: DateTime<Utc>,
    /// Who approved it.
    pub approver: Option<String>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
    /// Who carried it out, rejected it or withdrew it.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<DateTime<Utc>>,
    /// What exactly is to be done.
    #[schema(value_type = HashMap<String, Value>)]
    pub act: Value,
    /// The parts of it that may let somebody do more than before.
    pub widens: Vec<String>,
    /// What it starts from and what that becomes; empty once it is over. In a list, the first 50.
    pub changes: Vec<Changed>,
    /// What it starts from has changed since: it can only be proposed anew.
    pub outdated: bool,
    /// Part of it is above you: that has a pseudonym, what was said about it is left out, and you cannot
    /// approve it.
    pub withheld: bool,
    /// The hash of the act and of what it starts from. Approving names it.
    pub parameters: String,
}

/// What waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalList {
    /// Newest first.
    pub items: Vec<Proposed>,
}

/// It was carried out.
#[derive(Serialize, ToSchema)]
pub struct CarriedOut {
    /// The world's revision.
    pub revision: String,
    /// For a new way to sign in: the one-time address, told this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrol_url: Option<String>,
    /// For an application that proves itself with a secret: that, told this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

impl std::fmt::Debug for CarriedOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CarriedOut")
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// The second person's word.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// The hash of what she was shown.
    #[schema(value_type = String)]
    parameters: ParametersHash,
}

/// Lists what waits for a second person, or to be carried out.
#[utoipa::path(get, path = "/api/v1/proposals", operation_id = "proposals",
    responses((status = 200, body = ProposalList), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(State(app): State<App>, Person(session): Person) -> Result<Json<ProposalList>, Problem> {
    app.act(&session, "console.read", "console", "proposals").await?;
    let now = app.now();
    let mut db = app.database.pool.acquire().await?;
    let open = proposals::open(now, &mut db).await?;
    let snapshot = app.snapshot();
    let horizon = app.horizon(&session, &snapshot);
    let mut items = Vec::new();
    for (id, held) in open {
        let basis = basis(&app, &held, now, &mut db).await?;
        let mut shown = shown_to(&session.person, &id, held, &basis, horizon, now);
        shown.changes.truncate(MOST_LISTED);
        items.push(shown);
    }
    Ok(Json(ProposalList { items }))
}

/// Shows one proposal. Whoever filed it sees it without an office.
#[utoipa::path(get, path = "/api/v1/proposals/{id}", operation_id = "proposal", params(("id" = String, Path)),
    responses((status = 200, body = Proposed), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
) -> Result<Json<Proposed>, Problem> {
    let mut db = app.database.pool.acquire().await?;
    let held = proposals::load(&id, &mut db).await?;
    if held.as_ref().and_then(|held| held.approval.requester.as_ref()) != Some(&session.person) {
        app.act(&session, "console.read", "console", "proposals").await?;
    }
    let held = held.ok_or_else(Problem::not_found)?;
    let now = app.now();
    let basis = basis(&app, &held, now, &mut db).await?;
    let snapshot = app.snapshot();
    let horizon = app.horizon(&session, &snapshot);
    Ok(Json(shown_to(&session.person, &id, held, &basis, horizon, now)))
}

/// Approves a proposal. It is carried out by who proposed it: by a person when she says so, by a source at once.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/approve", operation_id = "approve_proposal",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = Approve,
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn approve(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
    body: StrictJson,
) -> Result<Json<Applied>, Problem> {
    let said: Approve = body.read()?;
    app.act(&session, "person.manage", "console", "proposals").await?;
    let now = app.now();
    // Before the transaction: whoever writes would wait for it.
    let name = app.name_to_approve(&id).await?;
    let mut transaction = app.database.begin_write().await?;
    let snapshot = app.snapshot();
    if let Some(held) = proposals::load(&id, &mut transaction).await? {
        let basis = basis(&app, &held, now, &mut transaction).await?;
        if matches!(basis, Basis::Outdated) {
            return Err(ProposalError::Changed.into());
        }
        if !told(&held.act, basis.weighed(), app.horizon(&session, &snapshot)).is_all {
            return Err(Problem::forbidden(
                "CLEARANCE_LEVEL",
                "part of this is above you: somebody must approve it who can see all of it",
            ));
        }
    }
    let outcome = proposal::approve(&id, &session.person, said.parameters, now, &mut transaction).await?;
    let actor = Actor::Person(session.person);
    record::append(&actor, &outcome.events, now, &mut transaction).await?;
    app.admit(&id, name.as_ref(), now, &mut transaction).await?;
    app.commit(transaction).await?;
    Ok(Json(applied(&app)))
}

/// Rejects a proposal.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/reject", operation_id = "reject_proposal",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn reject(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
) -> Result<Json<Applied>, Problem> {
    app.act(&session, "person.manage", "console", "proposals").await?;
    end(&app, &id, session.person).await
}

/// Takes one's own proposal back.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/withdraw", operation_id = "withdraw_proposal",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn withdraw(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
) -> Result<Json<Applied>, Problem> {
    own(&app, &id, &session.person).await?;
    end(&app, &id, session.person).await
}

/// Carries out one's own proposal, once another person has approved it.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/execute", operation_id = "execute_proposal",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 200, body = CarriedOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn execute(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
) -> Result<Json<CarriedOut>, Problem> {
    own(&app, &id, &session.person).await?;
    let handed = app.carry_out(&session, &id).await?;
    let (enrol_url, client_secret) = match handed {
        Some(Handed::EnrolUrl(address)) => (Some(address.expose_secret().to_owned()), None),
        Some(Handed::ClientSecret(secret)) => (None, Some(secret.expose().to_owned())),
        None => (None, None),
    };
    Ok(Json(CarriedOut {
        revision: applied(&app).revision,
        enrol_url,
        client_secret,
    }))
}

/// What somebody else proposed is not there for her.
pub(super) async fn own(app: &App, id: &ApprovalId, person: &PersonId) -> Result<(), Problem> {
    let mut db = app.database.pool.acquire().await?;
    let held = proposals::load(id, &mut db).await?;
    match held {
        Some(held) if held.approval.requester.as_ref() == Some(person) => Ok(()),
        _ => Err(Problem::not_found()),
    }
}

async fn end(app: &App, id: &ApprovalId, person: PersonId) -> Result<Json<Applied>, Problem> {
    let now = app.now();
    let mut transaction = app.database.begin_write().await?;
    let outcome = proposal::end(id, &person, now, &mut transaction).await?;
    record::append(&Actor::Person(person), &outcome.events, now, &mut transaction).await?;
    app.commit(transaction).await?;
    Ok(Json(applied(app)))
}

/// What a proposal starts from.
#[derive(Debug)]
enum Basis {
    /// What it started from when it was filed.
    Same(Box<Weighed>),
    /// Something else by now, or nothing.
    Outdated,
    /// It is over: what it started from is on record.
    Over,
}

impl Basis {
    fn weighed(&self) -> Option<&Weighed> {
        match self {
            Self::Same(weighed) => Some(weighed),
            Self::Outdated | Self::Over => None,
        }
    }
}

async fn basis(
    house: &House,
    held: &Proposal,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Basis, Problem> {
    let used = matches!(held.approval.state, ApprovalState::Used { .. });
    if held.ended.is_some() || used || now > held.approval.expires_at {
        return Ok(Basis::Over);
    }
    match weigh(&held.act, now, db).await {
        Ok(weighed)
            if weighed.parameters == held.approval.parameters && house.stands(&held.act, db).await? =>
        {
            Ok(Basis::Same(Box::new(weighed)))
        }
        Err(AmendFault::Store(cause)) => Err(cause.into()),
        _ => Ok(Basis::Outdated),
    }
}

/// Shows a proposal without what is above `reader`. Who proposed it knows the act already.
fn shown_to(
    reader: &PersonId,
    id: &ApprovalId,
    held: Proposal,
    basis: &Basis,
    horizon: Horizon<'_>,
    now: DateTime<Utc>,
) -> Proposed {
    let own = held.approval.requester.as_ref() == Some(reader);
    let told = told(&held.act, basis.weighed(), horizon);
    let whole = Proposed {
        outdated: matches!(basis, Basis::Outdated),
        ..shown(id, held, now)
    };
    if own || told.is_all {
        let changes = told.changes;
        return Proposed { changes, ..whole };
    }
    Proposed {
        act: told.act,
        withheld: true,
        reason: String::new(),
        widens: Vec::new(),
        ..whole
    }
}

fn shown(id: &ApprovalId, held: Proposal, now: DateTime<Utc>) -> Proposed {
    let Proposal {
        act,
        widens,
        approval,
        ended,
    } = held;
    let requester = match &act {
        Amendment::PersonAdmit { link, .. } => Some(Actor::Source(link.source.clone()).to_string()),
        Amendment::PersonLink { link, .. } if approval.requester.is_none() => {
            Some(Actor::Source(link.source.clone()).to_string())
        }
        _ => approval.requester.as_ref().map(ToString::to_string),
    };
    let (word, said, used_at) = match &approval.state {
        ApprovalState::Requested => ("requested", None, None),
        ApprovalState::Approved { approver, at } => ("approved", Some((approver, *at)), None),
        ApprovalState::Used {
            approver,
            at,
            used_at,
        } => ("used", Some((approver, *at)), Some(*used_at)),
    };
    let (approver, approved_at) = said.unzip();
    let state = match &ended {
        Some(ended) => ended.as_what.clone(),
        None if word != "used" && now > approval.expires_at => "expired".to_owned(),
        None => word.to_owned(),
    };
    let (ended_by, ended_at) = match ended {
        Some(ended) => (Some(ended.by.to_string()), Some(ended.at)),
        None => (used_at.and(requester.clone()), used_at),
    };
    Proposed {
        id: id.to_string(),
        state,
        requester,
        reason: approval.reason,
        requested_at: approval.requested_at,
        expires_at: approval.expires_at,
        approver: approver.map(ToString::to_string),
        approved_at,
        ended_by,
        ended_at,
        act: act.told(),
        widens,
        changes: Vec::new(),
        outdated: false,
        withheld: false,
        parameters: approval.parameters.into(),
    }
}
