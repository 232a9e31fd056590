// SPDX-License-Identifier: Apache-2.0
//! `/api/v1/sources/{id}/sync`: how the synchronisation with a directory stands, and asking for one.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use countersign_directory::amend::Amendment;
use countersign_directory::ldap::report::{Asked, Report};
use countersign_directory::ldap::sync::Mode;
use countersign_directory::store::source_syncs;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::granting::{Applied, Waiting, Why, amend};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;

/// How the synchronisation with a directory stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncShown {
    /// The source.
    pub source: String,
    /// Entries read so far, while this process is at it.
    pub reading: Option<u64>,
    /// Whether some process is at it.
    pub is_running: bool,
    /// When the last pass began.
    pub began_at: Option<DateTime<Utc>>,
    /// When everything was last read and written.
    pub full_at: Option<DateTime<Utc>>,
    /// What is asked for and not begun.
    #[schema(value_type = Option<Value>)]
    pub asked: Option<Value>,
    /// What came of the last pass: `mode`, `dry_run`, `began_at`, `ended_at`, `counts`, `skipped`, `dropped`, `bad`
    /// (`dn`, `reason`), and `braked` (`vanish`, `of`, `seal`) or `fault` where it stopped.
    #[schema(value_type = Option<Value>)]
    pub last: Option<Report>,
}

/// What is to be read.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncMode {
    /// Everything.
    Full,
    /// What changed, where the directory can tell.
    #[default]
    Incremental,
}

/// A pass that is asked for.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SyncAsked {
    /// What is to be read.
    pub mode: SyncMode,
    /// What would happen is to be said, and nothing changed.
    pub dry_run: bool,
}

/// Those who may go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Released {
    seal: String,
}

/// How the synchronisation with a directory stands: under way or not, the last report, what could not be used.
#[utoipa::path(get, path = "/api/v1/sources/{id}/sync", operation_id = "show_sync", params(("id" = String, Path)),
    responses((status = 200, body = SyncShown), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
) -> Result<Json<SyncShown>, Problem> {
    app.act(&session, "server.manage", "server", id.as_str()).await?;
    is_synchronised(&app, &id).await?;
    let mut db = app.database.pool.acquire().await?;
    let standing = source_syncs::standing(&id, &mut db).await?.unwrap_or_default();
    let read = |text: &str| serde_json::from_str(text).ok();
    Ok(Json(SyncShown {
        source: id.to_string(),
        reading: app.directories.progress(&id).map(|progress| progress.read()),
        is_running: standing.is_running(app.now()),
        began_at: standing.began_at,
        full_at: standing.full_at,
        asked: standing.asked.as_deref().and_then(read),
        last: standing
            .report
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok()),
    }))
}

/// Asks for a pass; it begins within a second or so. A dry run says what would happen and changes nothing.
#[utoipa::path(post, path = "/api/v1/sources/{id}/sync", operation_id = "ask_for_sync",
    params(("X-CSRF-Token" = String, Header), ("id" = String, Path)), request_body = SyncAsked,
    responses((status = 202), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn ask(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    body: StrictJson,
) -> Result<StatusCode, Problem> {
    app.act(&session, "server.manage", "server", id.as_str()).await?;
    is_synchronised(&app, &id).await?;
    let asked: SyncAsked = body.read()?;
    let asked = Asked {
        mode: match asked.mode {
            SyncMode::Full => Mode::Full,
            SyncMode::Incremental => Mode::Incremental,
        },
        dry_run: asked.dry_run,
    };
    let asked = serde_json::to_string(&asked).map_err(|cause| Problem::unavailable(&cause))?;
    let mut transaction = app.database.begin_write().await?;
    source_syncs::ask(&id, &asked, &mut transaction).await?;
    transaction.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// Lets those vanish at whom a pass has stopped, by the seal of its report. Two people.
#[utoipa::path(post, path = "/api/v1/sources/{id}/sync/release", operation_id = "release_sync",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`seal`: that of `braked` in the last report"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn release(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let Released { seal } = body.read()?;
    amend(&app, &session, Amendment::SourceRelease { id, seal }, why).await
}

async fn is_synchronised(app: &App, id: &SourceId) -> Result<(), Problem> {
    let sources = app.directory_sources().await?;
    let source = sources.iter().find(|source| source.id == *id);
    let ldap = source
        .and_then(|source| source.ldap())
        .filter(|ldap| ldap.sync.is_some());
    ldap.map(drop).ok_or_else(Problem::not_found)
}
