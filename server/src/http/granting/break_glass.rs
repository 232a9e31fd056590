// SPDX-License-Identifier: Apache-2.0
//! Break-glass: one channel, a few hours, on another person's word, reviewed afterwards.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use countersign_authz::explain::{Pen, Pseudonyms};
use countersign_authz::{Context, Reference};
use countersign_directory::operation::Outcome;
use countersign_directory::operation::break_glass;
use countersign_directory::store::break_glass::{self as store, BreakGlass};
use countersign_directory::{Actor, ApprovalId, ChannelId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Applied, applied};
use crate::app::App;
use crate::asking::act::refused;
use crate::database::WriteTransaction;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;
use crate::record;

/// A request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The one channel.
    #[schema(value_type = String)]
    channel: ChannelId,
    /// For how long, 1 to 240.
    minutes: i64,
    /// Why.
    reason: String,
}

/// It was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Asked {
    /// The request.
    pub id: String,
}

/// The review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// What was found.
    review: String,
}

/// What waits for an answer or a review.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakGlassList {
    /// Newest first.
    pub items: Vec<BreakGlassItem>,
}

/// One request.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakGlassItem {
    /// The request.
    pub id: String,
    /// Who asked.
    pub requester: String,
    /// For which channel; by a pseudonym, where that is above you.
    pub channel: String,
    /// For how long.
    pub minutes: i64,
    /// Why.
    pub reason: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Until when it may be answered.
    pub expires_at: DateTime<Utc>,
    /// `approved` or `rejected`.
    pub answer: Option<String>,
    /// By whom.
    pub answered_by: Option<String>,
    /// When what was granted ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// When its review is due.
    pub review_due: Option<DateTime<Utc>>,
    /// Whether that is over.
    pub overdue: bool,
}

/// Asks for one channel. Anybody active may; whether there is such a channel is not told.
#[utoipa::path(post, path = "/api/v1/break-glass", operation_id = "request_break_glass",
    params(("X-CSRF-Token" = String, Header)), request_body = Ask,
    responses((status = 202, body = Asked), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub async fn request(
    State(app): State<App>,
    Person(session): Person,
    body: StrictJson,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let ask: Ask = body.read()?;
    // Asked about herself: what the channel is, and whether it is, must not show in the answer.
    app.act(&session, "break_glass.request", "user", session.person.as_str())
        .await?;
    let now = app.now();
    let by = &session.person;
    let rng = &mut app.rng();
    let mut transaction = app.database.begin_write().await?;
    let filed = break_glass::request(
        &ask.channel,
        ask.minutes,
        &ask.reason,
        by,
        now,
        rng,
        &mut transaction,
    );
    let (id, outcome) = filed.await?;
    tracing::warn!(requester = %by, "break-glass was asked for");
    finish(&app, &Actor::Person(by.clone()), outcome, transaction).await?;
    Ok((StatusCode::ACCEPTED, Json(Asked { id: id.to_string() })))
}

/// Lists what waits for an answer or a review.
#[utoipa::path(get, path = "/api/v1/break-glass", operation_id = "break_glass",
    responses((status = 200, body = BreakGlassList), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(State(app): State<App>, Person(session): Person) -> Result<Json<BreakGlassList>, Problem> {
    app.act(&session, "console.read", "console", "break_glass")
        .await?;
    let now = app.now();
    let mut db = app.database.pool.acquire().await?;
    let open = store::open(now, &mut db).await?;
    let snapshot = app.snapshot();
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(app.horizon(&session, &snapshot), &mut names);
    let items = open.into_iter().map(|(id, asked)| {
        let channel = pen.channel(asked.channel.as_str());
        let item = shown(&id, asked, now);
        BreakGlassItem { channel, ..item }
    });
    Ok(Json(BreakGlassList {
        items: items.collect(),
    }))
}

/// Grants a request of another person, within five minutes of signing in.
#[utoipa::path(post, path = "/api/v1/break-glass/{id}/approve", operation_id = "approve_break_glass",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn approve(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
) -> Result<Json<Applied>, Problem> {
    let asked = {
        let mut db = app.database.pool.acquire().await?;
        store::load(&id, &mut db).await?
    };
    let Some(asked) = asked else {
        app.act(&session, "person.manage", "console", "break_glass")
            .await?;
        return Err(Problem::not_found());
    };
    let context = Context {
        requester: Some(asked.requester.to_string()),
        ..Context::default()
    };
    let resource = Reference::new("user", asked.requester.as_str());
    let answered = app
        .ask_act(&session, "break_glass.approve", resource, context)
        .await;
    let permit = answered.decision.permit();
    let permit = permit.ok_or_else(|| refused(&answered, "break_glass.approve", &app.config.issuer))?;
    let now = app.now();
    let mut transaction = app.database.begin_write().await?;
    let outcome = break_glass::approve(&id, &permit, now, &mut transaction).await?;
    tracing::warn!(person = %asked.requester, approver = %session.person, "break-glass was granted");
    finish(&app, permit.by(), outcome, transaction).await?;
    Ok(Json(applied(&app)))
}

/// Refuses a request.
#[utoipa::path(post, path = "/api/v1/break-glass/{id}/reject", operation_id = "reject_break_glass",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn reject(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
) -> Result<Json<Applied>, Problem> {
    app.act(&session, "person.manage", "console", "break_glass")
        .await?;
    let now = app.now();
    let mut transaction = app.database.begin_write().await?;
    let outcome = break_glass::reject(&id, &session.person, now, &mut transaction).await?;
    finish(&app, &Actor::Person(session.person), outcome, transaction).await?;
    Ok(Json(applied(&app)))
}

/// Closes the review of what was granted to another person, once it is over.
#[utoipa::path(post, path = "/api/v1/break-glass/{id}/review", operation_id = "review_break_glass",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)), request_body = Review,
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn review(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
    body: StrictJson,
) -> Result<Json<Applied>, Problem> {
    let said: Review = body.read()?;
    app.act(&session, "person.manage", "console", "break_glass")
        .await?;
    let now = app.now();
    let mut transaction = app.database.begin_write().await?;
    let outcome = break_glass::review(&id, &session.person, &said.review, now, &mut transaction).await?;
    finish(&app, &Actor::Person(session.person), outcome, transaction).await?;
    Ok(Json(applied(&app)))
}

async fn finish(
    app: &App,
    actor: &Actor,
    outcome: Outcome,
    mut transaction: WriteTransaction,
) -> Result<(), Problem> {
    record::append(actor, &outcome.events, app.now(), &mut transaction).await?;
    app.commit(transaction).await?;
    Ok(())
}

fn shown(id: &ApprovalId, asked: BreakGlass, now: DateTime<Utc>) -> BreakGlassItem {
    let (ends_at, review_due) = asked.granted.unzip();
    let (answer, answered_by) = asked.answer.map(|(word, by, _)| (word, by.to_string())).unzip();
    BreakGlassItem {
        id: id.to_string(),
        requester: asked.requester.to_string(),
        channel: asked.channel.to_string(),
        minutes: asked.minutes,
        reason: asked.reason,
        requested_at: asked.requested_at,
        expires_at: asked.expires_at,
        answer,
        answered_by,
        ends_at,
        review_due,
        overdue: asked.reviewed.is_none() && review_due.is_some_and(|due| due < now),
    }
}
