// SPDX-License-Identifier: Apache-2.0
//! Read your writes: a caller that names a revision in `context.at_least_revision` is answered from
//! that one or a later one, or not at all.

use std::sync::Arc;

use countersign_authz::Snapshot;
use countersign_directory::Revision;
use http::StatusCode;
use serde_json::{Map, Value};

use crate::app::App;
use crate::http::problem::Problem;

/// The revision that `context` asks for, if it does.
pub fn wanted(context: &Map<String, Value>, app: &App) -> Result<Option<Revision>, Problem> {
    let Some(wanted) = context.get("at_least_revision") else {
        return Ok(None);
    };
    let read = wanted.as_str().and_then(|told| app.read_revision(told));
    match read {
        Some(revision) => Ok(Some(revision)),
        None => Err(Problem::bad_request(
            "`context.at_least_revision` is no revision of ours",
        )),
    }
}

/// The world, caught up as far as it goes towards `wanted`.
pub async fn reaching(wanted: Option<Revision>, app: &App) -> Result<Arc<Snapshot>, Problem> {
    let snapshot = app.snapshot();
    if wanted.is_none_or(|wanted| snapshot.revision() >= wanted) {
        return Ok(snapshot);
    }
    app.catch_up().await?;
    Ok(app.snapshot())
}

/// Refuses to answer from an earlier world than the one that was asked for.
pub fn reached(wanted: Option<Revision>, snapshot: &Snapshot) -> Result<(), Problem> {
    if wanted.is_none_or(|wanted| snapshot.revision() >= wanted) {
        return Ok(());
    }
    Err(Problem {
        retry_after: Some(1),
        ..Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "that revision is not here yet; ask again shortly",
        )
    })
}
