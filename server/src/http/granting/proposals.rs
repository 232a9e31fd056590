// SPDX-License-Identifier: Apache-2.0
//! What waits for a second person: shown, approved, rejected or withdrawn, carried out.

use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use countersign_authz::explain::{Horizon, Pen, Pseudonyms};
use countersign_directory::amend::Amendment;
use countersign_directory::operation::proposal;
use countersign_directory::store::proposals::{self, Proposal};
use countersign_directory::{Actor, ApprovalId, ApprovalState, Noun, ParametersHash, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Applied, applied};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;
use crate::record;

/// An act that waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proposed {
    /// Its id.
    pub id: String,
    /// `requested`, `approved`, `used`, `rejected`, `withdrawn` or `expired`.
    pub state: String,
    /// Who proposed it, and carries it out.
    pub requester: Option<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Good up to and including this second.
    pub expires_at: DateTime<Utc>,
    /// Who approved it.
    pub approver: Option<String>,
    /// What exactly is to be done.
    #[schema(value_type = HashMap<String, Value>)]
    pub act: Value,
    /// The parts of it that may let somebody do more than before.
    pub widens: Vec<String>,
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
    let items = open
        .into_iter()
        .map(|(id, held)| shown_to(&session.person, &id, held, horizon, now));
    Ok(Json(ProposalList {
        items: items.collect(),
    }))
}

/// Shows one proposal. Whoever filed it sees it without an office.
#[utoipa::path(get, path = "/api/v1/proposals/{id}", operation_id = "proposal", params(("id" = String, Path)),
    responses((status = 200, body = Proposed), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
) -> Result<Json<Proposed>, Problem> {
    let held = {
        let mut db = app.database.pool.acquire().await?;
        proposals::load(&id, &mut db).await?
    };
    if held.as_ref().and_then(|held| held.approval.requester.as_ref()) != Some(&session.person) {
        app.act(&session, "console.read", "console", "proposals").await?;
    }
    let held = held.ok_or_else(Problem::not_found)?;
    let snapshot = app.snapshot();
    let horizon = app.horizon(&session, &snapshot);
    Ok(Json(shown_to(&session.person, &id, held, horizon, app.now())))
}

/// Approves a proposal of another person. It is carried out by who proposed it.
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
    let mut transaction = app.database.begin_write().await?;
    let snapshot = app.snapshot();
    if let Some(held) = proposals::load(&id, &mut transaction).await?
        && !told(&held.act, app.horizon(&session, &snapshot)).1
    {
        return Err(Problem::forbidden(
            "CLEARANCE_LEVEL",
            "part of this is above you: somebody must approve it who can see all of it",
        ));
    }
    let outcome = proposal::approve(&id, &session.person, said.parameters, now, &mut transaction).await?;
    let actor = Actor::Person(session.person);
    record::append(&actor, &outcome.events, now, &mut transaction).await?;
    app.commit(transaction).await?;
    Ok(Json(applied(&app)))
}

/// Rejects a proposal.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/reject", operation_id = "reject_proposal",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 200, body = Applied), (status = 401, body = Problem), (status = 403, body = Problem),
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
    responses((status = 200, body = Applied), (status = 401, body = Problem), (status = 403, body = Problem),
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
    responses((status = 200, body = Applied), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn execute(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
) -> Result<Json<Applied>, Problem> {
    own(&app, &id, &session.person).await?;
    app.carry_out(&session, &id).await?;
    Ok(Json(applied(&app)))
}

/// What somebody else proposed is not there for her.
async fn own(app: &App, id: &ApprovalId, person: &PersonId) -> Result<(), Problem> {
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

/// An act as far as the reader may see it, and whether that is all of it.
fn told(act: &Amendment, horizon: Horizon<'_>) -> (Value, bool) {
    let whole = serde_json::to_value(act).unwrap_or_default();
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(horizon, &mut names);
    let mut told = pen.value(&whole);
    let thing = match act.thing() {
        (Noun::Channel, id) => Some(pen.channel(id)),
        (Noun::Device, id) => Some(pen.device(id)),
        (Noun::Node, id) => Some(pen.node(id)),
        _ => None,
    };
    if let (Some(members), Some(id)) = (told.as_object_mut(), thing) {
        members.insert("id".to_owned(), id.into());
    }
    let is_all = told == whole;
    (told, is_all)
}

/// Shows a proposal without what is above `reader`. Who proposed it knows it already.
fn shown_to(
    reader: &PersonId,
    id: &ApprovalId,
    held: Proposal,
    horizon: Horizon<'_>,
    now: DateTime<Utc>,
) -> Proposed {
    let own = held.approval.requester.as_ref() == Some(reader);
    let (act, is_all) = told(&held.act, horizon);
    let whole = shown(id, held, now);
    if own || is_all {
        return whole;
    }
    Proposed {
        act,
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
    let (word, approver) = match &approval.state {
        ApprovalState::Used { approver, .. } => ("used", Some(approver.to_string())),
        ApprovalState::Requested => ("requested", None),
        ApprovalState::Approved { approver, .. } => ("approved", Some(approver.to_string())),
    };
    let state = match ended {
        Some(ended) => ended.as_what,
        None if word != "used" && now > approval.expires_at => "expired".to_owned(),
        None => word.to_owned(),
    };
    Proposed {
        id: id.to_string(),
        state,
        requester: approval.requester.as_ref().map(ToString::to_string),
        reason: approval.reason,
        requested_at: approval.requested_at,
        expires_at: approval.expires_at,
        approver,
        act: serde_json::to_value(&act).unwrap_or_default(),
        widens,
        withheld: false,
        parameters: approval.parameters.into(),
    }
}
