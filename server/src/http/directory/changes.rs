// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/changes?after=`: what changed for this chat server since its cursor, waiting a while
//! when nothing did. `GET /api/v1/changes/state`: where to begin, or to begin again.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use countersign_directory::store::changes;
use countersign_directory::{ConnectedServer, Cursor};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::asking::feed::{FeedChange, ended_users};
use crate::http::caller::Server;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// Change rows read at once.
const BATCH: u32 = 500;
/// The longest that a caller may wait.
const LONGEST_WAIT: u64 = 25;

/// Where the caller stands.
#[derive(Debug, Deserialize, IntoParams)]
pub struct After {
    /// The cursor of the last answer; absent, from now on.
    after: Option<String>,
    /// Seconds to wait when nothing changed, at most 25.
    #[serde(default)]
    wait: u64,
}

/// What changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changes {
    /// In order.
    pub changes: Vec<FeedChange>,
    /// Where to go on.
    pub cursor: String,
    /// The world's revision.
    pub revision: String,
}

/// Where to begin.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeState {
    /// Everybody who is out.
    pub ended_users: Vec<String>,
    /// Where to go on.
    pub cursor: String,
}

/// Follows the feed.
#[utoipa::path(get, path = "/api/v1/changes", operation_id = "changes", params(After),
    responses((status = 200, body = Changes), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 410, body = Problem)))]
pub async fn get(
    State(app): State<App>,
    Server(server): Server,
    Query(asked): Query<After>,
) -> Result<Json<Changes>, Problem> {
    let cursor = begin(&app, asked.after.as_deref()).await?;
    let deadline = Instant::now() + Duration::from_secs(asked.wait.min(LONGEST_WAIT));
    let (changes, cursor) = next(&app, &server, cursor, deadline).await?;
    Ok(Json(answer(changes, cursor, &server, &app)))
}

/// The place that a caller names; the end of the feed when it names none.
pub(super) async fn begin(app: &App, after: Option<&str>) -> Result<Cursor, Problem> {
    let mut db = app.database.pool.acquire().await?;
    let Some(text) = after else {
        return Ok(Cursor::end_of(changes::head(&mut db).await?));
    };
    let cursor = app
        .read_cursor(text)
        .ok_or_else(|| Problem::bad_request("`after` is no cursor of this feed"))?;
    let oldest = changes::oldest(&mut db).await?;
    if oldest.is_some_and(|oldest| cursor.revision + 1 < oldest) {
        return Err(Problem::new(
            StatusCode::GONE,
            "changes that old are forgotten: start over with `GET /api/v1/changes/state`",
        ));
    }
    Ok(cursor)
}

/// What follows `cursor` for `server`, as soon as there is something, and where that ends; nothing once the
/// deadline is over.
pub(super) async fn next(
    app: &App,
    server: &ConnectedServer,
    mut cursor: Cursor,
    deadline: Instant,
) -> Result<(Vec<FeedChange>, Cursor), Problem> {
    let mut head = app.tail.head();
    loop {
        head.borrow_and_update();
        // The connection is given back while nothing happens.
        let mut db = app.database.pool.acquire().await?;
        let batch = changes::after(cursor, BATCH, &mut db).await?;
        if let Some(last) = batch.last() {
            cursor = last.cursor;
            app.catch_up().await?;
            let changes = app.feed(&app.snapshot(), server, &batch, &mut db).await?;
            if !changes.is_empty() {
                return Ok((changes, cursor));
            }
            continue;
        }
        drop(db);
        let waited = tokio::time::timeout_at(deadline, head.changed()).await;
        if waited.is_err() || Instant::now() >= deadline {
            return Ok((Vec::new(), cursor));
        }
    }
}

/// Everybody who is out now, and the cursor from which the feed goes on.
#[utoipa::path(get, path = "/api/v1/changes/state", operation_id = "change_state",
    responses((status = 200, body = ChangeState), (status = 401, body = Problem)))]
pub async fn state(State(app): State<App>, Server(server): Server) -> Result<Json<ChangeState>, Problem> {
    let revision = app.catch_up().await?;
    let snapshot = app.snapshot();
    let cursor = app.told_cursor(Cursor::end_of(revision));
    Ok(Json(ChangeState {
        ended_users: ended_users(&snapshot, &server),
        cursor,
    }))
}

pub(super) fn answer(
    changes: Vec<FeedChange>,
    cursor: Cursor,
    server: &ConnectedServer,
    app: &App,
) -> Changes {
    Changes {
        changes,
        cursor: app.told_cursor(cursor),
        revision: app.revision_for(server, &app.snapshot()),
    }
}
