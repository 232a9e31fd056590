// SPDX-License-Identifier: Apache-2.0
//! `DELETE /api/v1/sessions/{id}`: ends one sign-in.

use authn::Happened;
use authn::session::{SessionId, end};
use authn::store::sessions;
use axum::extract::State;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::StatusCode;

use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::record;

/// Ends one session.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", operation_id = "end_session",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn delete(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = SessionId::from_text(id);
    let now = app.now();
    let known = {
        let mut db = app.database.pool.acquire().await?;
        sessions::by_id(&id, &mut db).await?
    };
    // Whose office it is not learns nothing about which sessions there are.
    let whose = known
        .as_ref()
        .map_or(session.person.as_str(), |known| known.person.as_str());
    app.act(&session, "session.end", "user", whose).await?;
    if known.is_none() {
        return Err(Problem::not_found());
    }
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let reason = end::Reason::Administrator;
    end::end(&id, reason, now, &mut app.rng(), &mut log, &mut transaction).await?;
    record::happened(&Actor::Person(session.person), &log, now, &mut transaction).await?;
    app.commit(transaction).await?;
    Ok(StatusCode::NO_CONTENT)
}
