// SPDX-License-Identifier: Apache-2.0
//! `DELETE /api/v1/sessions/{id}`: ends one sign-in.

use authn::Happened;
use authn::session::{SessionId, end};
use authn::store::sessions;
use axum::Json;
use axum::extract::State;
use countersign_authn as authn;
use countersign_directory::Actor;
use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;

/// An application at which somebody may still be signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotReached {
    /// Its id.
    pub client: String,
    /// Its name.
    pub name: String,
}

/// It is over here.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionEnded {
    /// Applications that cannot be called: see to it there.
    pub not_reached: Vec<NotReached>,
}

/// Those of the applications with a part in `over` that cannot be called.
pub(crate) async fn not_reached(
    over: &[SessionId],
    db: &mut AnyConnection,
) -> Result<Vec<NotReached>, Problem> {
    let found = end::out_of_reach(over, db).await?;
    Ok(found
        .into_iter()
        .map(|out| NotReached {
            client: out.client,
            name: out.name,
        })
        .collect())
}

/// Ends one session. It may go on at applications that cannot be called.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", operation_id = "end_session",
    params(("id" = String, Path), ("X-CSRF-Token" = String, Header)),
    responses((status = 200, body = SessionEnded), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn delete(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
) -> Result<Json<SessionEnded>, Problem> {
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
    let not_reached = not_reached(&[id], &mut transaction).await?;
    app.settle(&Actor::Person(session.person), &log, now, transaction)
        .await?;
    Ok(Json(SessionEnded { not_reached }))
}
