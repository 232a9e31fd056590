// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/sessions/end`: ends all sessions at a client, of a source, or of a sign-in before a moment.
//! Hundreds at a time, each with its tokens and its messages in one transaction, so that nobody waits long for
//! the store meanwhile.

use std::collections::BTreeMap;

use authn::Happened;
use authn::session::SessionId;
use authn::session::end::{self, Reason};
use authn::store::clients;
use authn::store::sessions::{Scope, open_within};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::{Actor, PersonId, SourceId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::sessions::{NotReached, not_reached};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;

/// So many are ended in one transaction.
const TOGETHER: i64 = 100;

/// Which sessions.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "scope", rename_all = "snake_case", deny_unknown_fields)]
pub enum EndScope {
    /// Everything signed in before this moment, the caller's own session too.
    Before {
        /// The moment, not in the future.
        before: DateTime<Utc>,
    },
    /// Every session with a part at this client. It ends as a whole, at its other clients too.
    Client {
        /// The client's id.
        client: String,
    },
    /// Every session of people who came from this source.
    Source {
        /// The source's id.
        #[schema(value_type = String)]
        source: SourceId,
    },
}

/// They are over here.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScopeEnded {
    /// How many sessions ended.
    pub sessions_ended: usize,
    /// Applications that cannot be called: see to it there.
    pub not_reached: Vec<NotReached>,
}

/// Ends all sessions at a client, of a source, or of a sign-in before a moment. Those that begin meanwhile are not
/// among them.
#[utoipa::path(post, path = "/api/v1/sessions/end", operation_id = "end_sessions_of",
    params(("X-CSRF-Token" = String, Header)), request_body = EndScope,
    responses((status = 200, body = ScopeEnded), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    body: StrictJson,
) -> Result<Json<ScopeEnded>, Problem> {
    // Whose office it is not learns nothing about what a question needs.
    app.act(&session, "session.end", "console", "sessions").await?;
    let scope = known(&app, body.read()?).await?;
    // In a task: who hangs up does not leave the rest signed in.
    let all = tokio::spawn(async move { end_all(&app, &scope, session.person).await });
    all.await.map_err(|fault| Problem::internal(&fault))?.map(Json)
}

/// The scope, if there is such a thing: a slip of the pen must not look like success.
async fn known(app: &App, which: EndScope) -> Result<Scope, Problem> {
    let mut db = app.database.pool.acquire().await?;
    let scope = match which {
        EndScope::Before { before } if before > app.now() => {
            return Err(Problem::bad_request("`before` is in the future"));
        }
        EndScope::Before { before } => return Ok(Scope::Before(before)),
        EndScope::Client { client } => {
            if clients::by_id(&client, &mut db).await?.is_some() {
                return Ok(Scope::Client(client));
            }
            Scope::Client(client)
        }
        EndScope::Source { source } => {
            if app.upstream.source(&source).is_some() {
                return Ok(Scope::Source(source));
            }
            Scope::Source(source)
        }
    };
    // What was taken away may have left sessions behind.
    let left = open_within(&scope, app.now(), None, 1, &mut db).await?;
    if left.is_empty() {
        return Err(Problem::not_found());
    }
    Ok(scope)
}

async fn end_all(app: &App, scope: &Scope, officer: PersonId) -> Result<ScopeEnded, Problem> {
    let until = app.now();
    let actor = Actor::Person(officer);
    let mut count = 0;
    let mut unreached = BTreeMap::new();
    let mut last: Option<SessionId> = None;
    let mut is_first = true;
    loop {
        let mut log = Happened::new();
        let mut transaction = app.database.begin_write().await?;
        let now = app.now();
        if is_first {
            log.event("sessions.end_ordered", "", detail(scope));
            is_first = false;
        }
        let batch = open_within(scope, until, last.as_ref(), TOGETHER, &mut transaction).await?;
        let mut ended = Vec::new();
        for id in &batch {
            let reason = Reason::Administrator;
            if end::end(id, reason, now, &mut app.rng(), &mut log, &mut transaction).await? {
                ended.push(id.clone());
            }
        }
        for out in not_reached(&ended, &mut transaction).await? {
            unreached.insert(out.client, out.name);
        }
        app.settle(&actor, &log, now, transaction).await?;
        count += ended.len();
        let Some(id) = batch.into_iter().next_back() else {
            break;
        };
        last = Some(id);
    }
    Ok(ScopeEnded {
        sessions_ended: count,
        not_reached: unreached
            .into_iter()
            .map(|(client, name)| NotReached { client, name })
            .collect(),
    })
}

/// What was ordered, for the record.
fn detail(scope: &Scope) -> serde_json::Value {
    match scope {
        Scope::Before(before) => json!({ "scope": "before", "before": before }),
        Scope::Client(client) => json!({ "scope": "client", "client": client }),
        Scope::Source(source) => json!({ "scope": "source", "source": source }),
    }
}
