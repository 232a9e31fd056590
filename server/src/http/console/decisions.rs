// SPDX-License-Identifier: Apache-2.0
//! Decisions on record: the list, the live stream, and why. For auditors; reading them is itself an
//! act on record. What is above the reader is told by pseudonyms.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use countersign_audit::store::leaves::{self, Filter};
use countersign_authn::session::Session;
use countersign_authz::explain::{Pen, Pseudonyms};
use countersign_authz::{Reason, Snapshot};
use futures_util::stream::{Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_stream::wrappers::BroadcastStream;
use utoipa::IntoParams;

use super::explanation::Explanation;
use super::shapes::{Decision, DecisionPage, DecisionSummary, Failing, Obligation, Resource};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::record::Recorded;
use crate::record::decision::DECISION;

/// Which decisions to show.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
pub struct Wanted {
    /// Only about this person.
    subject: Option<String>,
    /// Only with this reason code.
    reason: Option<String>,
    /// Only `allow`, `deny` or `step_up`.
    outcome: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 200.
    limit: Option<u32>,
}

impl Wanted {
    fn takes(&self, recorded: &Recorded) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        recorded.kind == DECISION
            && is(&self.subject, Some(&recorded.subject))
            && is(&self.reason, recorded.reason.as_deref())
            && is(&self.outcome, Some(&recorded.outcome))
    }

    fn filter(&self, limit: u32) -> Result<Filter, Problem> {
        let before = match self.cursor.as_deref() {
            None => None,
            Some(text) => Some(
                text.parse()
                    .map_err(|_| Problem::bad_request("`cursor` is no cursor of ours"))?,
            ),
        };
        Ok(Filter {
            kind: Some(DECISION.to_owned()),
            subject: self.subject.clone(),
            outcome: self.outcome.clone(),
            reason: self.reason.clone(),
            before,
            limit: limit + 1,
        })
    }
}

/// Lists decisions, newest first.
#[utoipa::path(get, path = "/api/v1/decisions", operation_id = "decisions", params(Wanted),
    responses((status = 200, body = DecisionPage), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    Person(session): Person,
    Query(wanted): Query<Wanted>,
) -> Result<Json<DecisionPage>, Problem> {
    app.act(&session, "audit.read", "audit_log", "decisions").await?;
    let limit = wanted.limit.unwrap_or(50).clamp(1, 200);
    app.drain().await?;
    let mut db = app.database.pool.acquire().await?;
    let mut leaves = leaves::list(&wanted.filter(limit)?, &mut db).await?;
    let more = leaves.len() > limit as usize;
    leaves.truncate(limit as usize);
    let next_cursor = leaves.last().filter(|_| more).map(|leaf| leaf.index.to_string());
    let snapshot = app.snapshot();
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(app.horizon(&session, &snapshot), &mut names);
    let items = leaves.iter().filter_map(Recorded::of);
    let items = items
        .map(|recorded| summary(&snapshot, &recorded, &mut pen))
        .collect();
    Ok(Json(DecisionPage { items, next_cursor }))
}

/// Explains one decision.
#[utoipa::path(get, path = "/api/v1/decisions/{id}", operation_id = "decision", params(("id" = String, Path)),
    responses((status = 200, body = Decision), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
) -> Result<Json<Decision>, Problem> {
    app.act(&session, "audit.read", "audit_log", "decisions").await?;
    app.drain().await?;
    let mut db = app.database.pool.acquire().await?;
    let leaf = leaves::decision(&id, &mut db)
        .await?
        .ok_or_else(Problem::not_found)?;
    let recorded = Recorded::of(&leaf).ok_or_else(Problem::not_found)?;
    let snapshot = app.snapshot();
    let horizon = app.horizon(&session, &snapshot);
    let mut names = Pseudonyms::default();
    let explained = app.explained(&recorded, horizon, &mut names, &mut db).await?;
    let mut pen = Pen::new(horizon, &mut names);
    Ok(Json(in_full(
        &snapshot,
        recorded,
        explained.map(Explanation::from),
        &mut pen,
    )))
}

/// Follows decisions as they are taken.
#[utoipa::path(get, path = "/api/v1/decisions/stream", operation_id = "decision_stream", params(Wanted),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub async fn stream(
    State(app): State<App>,
    Person(session): Person,
    Query(wanted): Query<Wanted>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    app.act(&session, "audit.read", "audit_log", "decisions").await?;
    let live = BroadcastStream::new(app.recorder.live());
    // Held for the length of the stream, which is one answer.
    let names = Mutex::new(Pseudonyms::default());
    let events = live.filter_map(move |recorded| {
        let event = match recorded {
            Ok(recorded) if wanted.takes(&recorded) => {
                let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
                Some(event(&app, &session, &recorded, &mut names))
            }
            Ok(_) => None,
            // The reader fell behind: it is told, and reads the list.
            Err(_) => Some(Event::default().event("missed").data("{}")),
        };
        std::future::ready(event.map(Ok))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

fn event(app: &App, session: &Session, recorded: &Recorded, names: &mut Pseudonyms) -> Event {
    let snapshot = app.snapshot();
    let mut pen = Pen::new(app.horizon(session, &snapshot), names);
    let data = serde_json::to_string(&summary(&snapshot, recorded, &mut pen)).unwrap_or_default();
    Event::default()
        .event("decision")
        .id(recorded.id.as_str())
        .data(data)
}

fn summary(snapshot: &Snapshot, recorded: &Recorded, pen: &mut Pen<'_>) -> DecisionSummary {
    pen.about(&recorded.question());
    let resource = pen.value(&json!(recorded.body.resource));
    let text = |name: &str| resource.get(name).and_then(Value::as_str);
    let known = snapshot.person(&recorded.subject);
    DecisionSummary {
        id: recorded.id.clone(),
        at: recorded.at,
        subject: recorded.subject.clone(),
        subject_name: known.and_then(|known| known.display_name.clone()),
        action: recorded.body.action.clone(),
        resource: Resource {
            kind: text("type").unwrap_or_default().to_owned(),
            id: text("id").unwrap_or_default().to_owned(),
            withheld: text("id") != Some(recorded.body.resource.id.as_str()),
            channel: text("channel").map(str::to_owned),
        },
        outcome: recorded.outcome.clone(),
        reason: recorded.reason.clone(),
        guard: recorded.guard().map(Reason::number),
        server: recorded.body.asker.server.clone(),
    }
}

fn in_full(
    snapshot: &Snapshot,
    recorded: Recorded,
    explained: Result<Explanation, String>,
    pen: &mut Pen<'_>,
) -> Decision {
    let summary = summary(snapshot, &recorded, pen);
    let inputs = recorded.inputs.as_ref();
    let inputs = inputs.and_then(|inputs| serde_json::from_slice::<Value>(&inputs.bytes).ok());
    let reason_text = recorded.guard().map(|reason| reason.admin_text().to_owned());
    let body = recorded.body;
    let failing = body.failing.iter().filter_map(|code| code.parse().ok());
    let duties = body.obligations.into_iter();
    let (explanation, not_kept) = match explained {
        Ok(explanation) => (Some(explanation), None),
        Err(missing) => (None, Some(missing)),
    };
    Decision {
        summary,
        reason_text,
        failing: failing.map(self::failing).collect(),
        obligations: duties.map(Obligation::from).collect(),
        determining: body.determining,
        disclosed: body.disclosed,
        standing: body.standing,
        expires_at: Some(body.expires_at),
        revision: Some(body.revision),
        policy_revision: Some(body.policy_revision),
        inputs: inputs.map_or(Value::Null, |inputs| pen.value(&inputs)),
        explanation,
        not_kept,
    }
}

/// A guard in words.
fn failing(reason: Reason) -> Failing {
    Failing {
        number: reason.number(),
        code: reason.code().to_owned(),
        text: reason.admin_text().to_owned(),
    }
}
