// SPDX-License-Identifier: Apache-2.0
//! Checkpoints: the newest as a signed note, all of them as a list, and the key that they verify by.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use countersign_audit::store::checkpoints::{self, StoredCheckpoint};
use countersign_audit::store::cosignatures;
use http::header;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::{IntoParams, ToSchema};

use super::Watcher;
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// Which checkpoints to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
pub struct Wanted {
    /// Only over more leaves than this.
    after: Option<u64>,
    /// Rows, 1 to 200.
    limit: Option<u32>,
}

/// Checkpoints, smallest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckpointPage {
    /// The checkpoints.
    pub items: Vec<SignedCheckpoint>,
    /// `after` of the next page, when there is one.
    pub next_after: Option<u64>,
}

/// A signed checkpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignedCheckpoint {
    /// The number of leaves.
    pub size: u64,
    /// The root, in hexadecimal.
    pub root: String,
    /// When it was signed.
    pub at: DateTime<Utc>,
    /// The signed note, with witnesses' signatures.
    pub note: String,
}

/// The newest checkpoint, a C2SP signed note with the signatures of witnesses that have seen it.
#[utoipa::path(get, path = "/api/v1/record/checkpoint", operation_id = "record_checkpoint",
    responses((status = 200, content_type = "text/plain", body = String), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn newest(State(app): State<App>, _: Watcher) -> Result<Response, Problem> {
    let mut db = app.database.pool.acquire().await?;
    let newest = checkpoints::latest(app.record_key.name(), &mut db).await?;
    let newest = newest.ok_or_else(Problem::not_found)?;
    Ok(plain(whole(&newest, &mut db).await?))
}

/// Checkpoints, smallest first.
#[utoipa::path(get, path = "/api/v1/record/checkpoints", operation_id = "record_checkpoints", params(Wanted),
    responses((status = 200, body = CheckpointPage), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    _: Watcher,
    Query(wanted): Query<Wanted>,
) -> Result<Json<CheckpointPage>, Problem> {
    let limit = wanted.limit.unwrap_or(50).clamp(1, 200);
    let origin = app.record_key.name();
    let mut db = app.database.pool.acquire().await?;
    let mut found = checkpoints::page(origin, wanted.after.unwrap_or(0), limit + 1, &mut db).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let mut items = Vec::with_capacity(found.len());
    for stored in &found {
        items.push(SignedCheckpoint {
            size: stored.checkpoint.size,
            root: stored.checkpoint.root.to_string(),
            at: stored.at,
            note: whole(stored, &mut db).await?,
        });
    }
    let next_after = found.last().filter(|_| more).map(|last| last.checkpoint.size);
    Ok(Json(CheckpointPage { items, next_after }))
}

/// The key that verifies checkpoints, `name+keyid+base64`.
#[utoipa::path(get, path = "/api/v1/record/key", operation_id = "record_key",
    responses((status = 200, content_type = "text/plain", body = String), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub async fn key(State(app): State<App>, _: Watcher) -> Response {
    plain(format!("{}\n", app.record_key.verifier_key()))
}

/// The note, and below its signature those of witnesses.
async fn whole(stored: &StoredCheckpoint, db: &mut AnyConnection) -> Result<String, Problem> {
    let checkpoint = &stored.checkpoint;
    let lines = cosignatures::lines(&checkpoint.origin, checkpoint.size, db).await?;
    Ok(format!("{}{lines}", stored.note))
}

fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
