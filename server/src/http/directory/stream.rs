// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/stream`: the feed of changes as server-sent events. Each event holds what an answer of
//! `GET /api/v1/changes` would, and its id is the cursor: a reader that was cut off sends it back as
//! `Last-Event-ID` and misses nothing. Nothing is queued for a slow reader; it is read for it when it has read.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use countersign_directory::Cursor;
use futures_util::stream::{self, Stream, StreamExt as _};
use http::HeaderMap;
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::IntoParams;

use super::changes::{answer, begin, next};
use crate::app::App;
use crate::http::admission::Admitted;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// As long as an access token lives: who may no longer ask does not go on hearing.
const LONGEST: Duration = Duration::from_mins(5);

/// Where the caller stands.
#[derive(Debug, Deserialize, IntoParams)]
pub struct After {
    /// The cursor to go on from; the header `Last-Event-ID` comes before it. Absent, from now on.
    after: Option<String>,
}

/// Follows the feed as it grows. The stream ends after five minutes; go on with a new token and `Last-Event-ID`.
#[utoipa::path(get, path = "/api/v1/stream", operation_id = "stream",
    params(After, ("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 429, body = Problem), (status = 410, body = Problem)))]
pub async fn get(
    State(app): State<App>,
    caller: Admitted,
    headers: HeaderMap,
    Query(asked): Query<After>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let cursor = begin(&app, last.or(asked.after.as_deref())).await?;
    let end = Instant::now() + LONGEST;
    // Its reader sees at once that it is open, whatever buffers stand in between.
    let opened = stream::iter([Ok(Event::default().comment("open"))]);
    let events = stream::unfold(cursor, move |cursor| {
        // Its place is held until it ends.
        let (app, caller) = (app.clone(), caller.clone());
        async move {
            let (event, cursor) = event(&app, caller.server.id.as_str(), cursor, end).await?;
            Some((Ok(event), cursor))
        }
    });
    Ok(Sse::new(opened.chain(events)).keep_alive(KeepAlive::default()))
}

/// The next event; none when the stream is over, or the house cannot go on with it.
async fn event(app: &App, server: &str, cursor: Cursor, end: Instant) -> Option<(Event, Cursor)> {
    // Its scope as it is now, not as it was when the stream began.
    let record = app.snapshot().server(server).cloned()?;
    let (changes, cursor) = match next(app, &record, cursor, end).await {
        Ok(found) => found,
        Err(problem) => {
            tracing::warn!(server, detail = problem.detail, "a stream of changes is cut off");
            return None;
        }
    };
    if changes.is_empty() {
        return None;
    }
    let told = answer(changes, cursor, &record, app);
    let event = Event::default().event("changes").id(told.cursor.as_str());
    Some((event.json_data(&told).ok()?, cursor))
}
