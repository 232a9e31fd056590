// SPDX-License-Identifier: Apache-2.0
//! `/api/v1/imports`: a world file, compared with the store and filed for a second person, then carried out
//! with the same file. The file itself is not kept; what it changes so that somebody may do more is.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use countersign_directory::ApprovalId;
use countersign_directory::operation::amend::weigh;
use countersign_directory::operation::import::{Counts, LISTED, Source};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::told::{Changed, told};
use super::{Applied, applied};
use crate::app::App;
use crate::asking::amend::Amended;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::check_content_type;

/// Where files are sent.
pub const PLACE: &str = "/api/v1/imports";
/// The largest file that is taken over the wire, bytes. Larger ones are for the command line, in parts that one
/// approval can be for.
pub const LARGEST: usize = 16 * 1024 * 1024;

/// How a file is meant.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct How {
    /// Why, for the second person and the record. At most 1000 bytes.
    reason: Option<String>,
    /// Remove what the file does not have.
    replace: bool,
    /// Say what it would do, and file nothing.
    dry_run: bool,
}

/// How many entries of one map.
#[derive(Debug, Serialize, ToSchema)]
pub struct MapCounts {
    /// Are not on file.
    pub created: usize,
    /// Are on file, and differ.
    pub updated: usize,
    /// Are on file just so.
    pub unchanged: usize,
    /// Are on file, and would go.
    pub removed: usize,
}

/// What a file would do, as things stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct Compared {
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub file: String,
    /// How many entries, by map of the file.
    pub counts: BTreeMap<String, MapCounts>,
    /// What may let somebody do more than before, part by part; the first 500.
    pub changes: Vec<Changed>,
    /// How many things that is in all.
    pub wider: usize,
    /// Part of it is above you and has a pseudonym.
    pub withheld: bool,
    /// Under which it waits for a second person, at `/api/v1/proposals/{id}`; absent, nothing was filed: nothing
    /// differs, or it was not wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
}

/// Compares a world file with the store, and files its import for a second person. Her word is for this file, byte by
/// byte, and for what it widens as things stand. A file of at most 16 MiB.
#[utoipa::path(post, path = "/api/v1/imports", operation_id = "file_import",
    params(How, ("X-CSRF-Token" = String, Header)),
    request_body(content = HashMap<String, Value>, description = "A world file"),
    responses((status = 200, body = Compared), (status = 202, body = Compared), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    Query(how): Query<How>,
    request: Request,
) -> Result<Response, Problem> {
    // Before anything of the file is read.
    app.may_file_imports(&session).await?;
    let source = file(request).await?;
    let report = app.compare_import(&source, how.replace).await?;
    let act = report.act(source.hash, how.replace)?;
    let now = app.now();
    let (mut changes, withheld) = {
        let mut db = app.database.pool.acquire().await?;
        let weighed = weigh(&act, now, &mut db).await?;
        let snapshot = app.snapshot();
        let told = told(&act, Some(&weighed), app.horizon(&session, &snapshot));
        (told.changes, !told.is_all)
    };
    changes.truncate(LISTED);
    let is_filed = report.changes_anything() && !how.dry_run;
    let proposal = if is_filed {
        match app.amend(&session, &act, &how.reason.unwrap_or_default()).await? {
            Amended::Waits(id) => Some(id.to_string()),
            Amended::Done => None,
        }
    } else {
        None
    };
    let compared = Compared {
        file: source.hash.into(),
        counts: counted(report.counted()),
        changes,
        wider: report.wider_in_all,
        withheld,
        proposal: proposal.clone(),
    };
    Ok(match proposal {
        Some(id) => {
            let place = format!("/api/v1/proposals/{id}");
            (StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(compared)).into_response()
        }
        None => Json(compared).into_response(),
    })
}

/// Imports the file that another person has approved. Whoever filed it sends the same file again.
#[utoipa::path(post, path = "/api/v1/imports/{id}", operation_id = "carry_out_import",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    request_body(content = HashMap<String, Value>, description = "The world file that was approved"),
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem)))]
pub async fn carry_out(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ApprovalId>,
    request: Request,
) -> Result<Json<Applied>, Problem> {
    app.may_file_imports(&session).await?;
    super::proposals::own(&app, &id, &session.person).await?;
    let source = file(request).await?;
    app.carry_out_import(&session, &id, source).await?;
    Ok(Json(applied(&app)))
}

/// Reads the file that was sent.
async fn file(request: Request) -> Result<Source, Problem> {
    check_content_type(request.headers())?;
    let bytes = axum::body::to_bytes(request.into_body(), LARGEST).await;
    let bytes = bytes.map_err(|_| {
        let text = format!("the file is larger than {LARGEST} bytes, or was cut short: split it");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, text)
    })?;
    // A large file would hold up the answers of this thread.
    let read = tokio::task::spawn_blocking(move || Source::read(&bytes)).await;
    match read {
        Ok(source) => source.map_err(|faults| Problem::of_file(&faults)),
        Err(cause) => Err(Problem::internal(&cause)),
    }
}

fn counted(counts: BTreeMap<String, Counts>) -> BTreeMap<String, MapCounts> {
    let told = |counts: Counts| MapCounts {
        created: counts.created,
        updated: counts.updated,
        unchanged: counts.unchanged,
        removed: counts.removed,
    };
    counts
        .into_iter()
        .map(|(map, counts)| (map, told(counts)))
        .collect()
}
