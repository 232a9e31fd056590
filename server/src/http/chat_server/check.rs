// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/servers/{id}/check`: is this chat server wired? For the server itself, and for who manages
//! servers.

use axum::extract::State;
use axum::{Extension, Json};
use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::asking::check::Line;
use crate::http::admission::Admitted;
use crate::http::caller::{self, Caller};
use crate::http::path::Path;
use crate::http::problem::Problem;

/// What it weighs, in questions.
const WEIGHT: usize = 200;

/// How things stand.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct Checked {
    /// Each thing that was looked at.
    pub lines: Vec<Line>,
    /// The time here, RFC 3339: a caller compares its own.
    pub now: String,
}

/// Looks at a chat server's record and asks some questions as it would; each is marked as a check on record.
#[utoipa::path(post, path = "/api/v1/servers/{id}/check", operation_id = "check_server",
    params(("id" = String, Path), ("X-CSRF-Token" = Option<String>, Header)),
    responses((status = 200, body = Checked), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 429, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    caller: Caller,
    admitted: Option<Extension<Admitted>>,
    Path(id): Path<String>,
) -> Result<Json<Checked>, Problem> {
    let _held = match &admitted {
        Some(Extension(admitted)) => {
            admitted.take(WEIGHT, &app)?;
            Some(admitted.search(&app)?)
        }
        None => None,
    };
    let server = match caller {
        Caller::Server(caller::Server(server)) if server.id.as_str() == id => server,
        // Which others there are is none of its business.
        Caller::Server(_) => return Err(Problem::not_found()),
        Caller::Person(session) => {
            app.act(&session, "server.manage", "server", &id).await?;
            let server = app.snapshot().server(&id).cloned();
            server.ok_or_else(Problem::not_found)?
        }
    };
    Ok(Json(Checked {
        lines: app.check(&server).await,
        now: app.now().to_rfc3339_opts(SecondsFormat::Millis, true),
    }))
}
