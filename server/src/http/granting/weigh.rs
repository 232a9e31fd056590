// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/weigh`: what an act would change, and how many people it takes. Nothing is done.

use axum::Json;
use axum::extract::State;
use countersign_directory::SourceId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::told::{Changed, told};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::problem::Problem;
use crate::http::sources::records::as_act;
use crate::http::strict_json::StrictJson;

/// What an act would do, as things stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct Weighing {
    /// 1, it would hold at once; 2, it would wait for a second person.
    pub people: u8,
    /// What it would change; nothing, when all of it is so already.
    pub changes: Vec<Changed>,
    /// Part of it is above you and has a pseudonym.
    pub withheld: bool,
}

/// Says what an act would change and how many people it takes. Whoever may do it may ask; nothing is done.
#[utoipa::path(post, path = "/api/v1/weigh", operation_id = "weigh",
    params(("X-CSRF-Token" = String, Header)),
    request_body(content = HashMap<String, Value>, description = "The act, as a proposal shows it: `act` is its name, `id` what it is done to, and what goes with it"),
    responses((status = 200, body = Weighing), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    body: StrictJson,
) -> Result<Json<Weighing>, Problem> {
    let act = match written_source(&body) {
        Some((id, record)) => {
            app.act(&session, "server.manage", "server", id.as_str()).await?;
            as_act(&app, &id, record).await?
        }
        None => body.read()?,
    };
    let (weighed, alone) = app.would_amend(&session, &act).await?;
    let snapshot = app.snapshot();
    let told = told(&act, Some(&weighed), app.horizon(&session, &snapshot));
    Ok(Json(Weighing {
        people: if alone { 1 } else { 2 },
        changes: told.changes,
        withheld: !told.is_all,
    }))
}

/// A source is weighed as it is written, not as it is kept: nobody knows its secret sealed.
fn written_source(body: &StrictJson) -> Option<(SourceId, Value)> {
    let is_source = body.0.get("act").and_then(Value::as_str) == Some("source_put");
    let record = body.0.get("source").filter(|_| is_source)?.clone();
    let id = record.get("id").and_then(Value::as_str)?.parse().ok()?;
    Some((id, record))
}
