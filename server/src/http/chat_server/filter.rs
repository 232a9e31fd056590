// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/filter`: which of these may she see? For lists that a chat server is about to show:
//! history, search results, rooms. Each is a decision of its own.

use axum::Json;
use axum::extract::State;
use countersign_authz::Snapshot;
use countersign_directory::ConnectedServer;
use futures_util::{StreamExt as _, stream};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::access::revision;
use crate::http::access::wire::{Action, Entity, Words};
use crate::http::admission::Admitted;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;

/// The most that is asked about at once.
const MOST: usize = 1_000;
/// How many answers wait for the record at once.
const AT_ONCE: usize = 32;

/// What is asked.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FilterRequest {
    /// Who.
    subject: Entity,
    /// What: messages, files and channels, at most 1,000.
    resources: Vec<Entity>,
    /// As with a decision: `session`, `at_least_revision`.
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Map<String, Value>,
}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Filtered {
    /// For each in its place, whether she may see it: read the message, download the file, know of the
    /// channel. Anything else she may not.
    pub allowed: Vec<bool>,
    /// The world that was asked; opaque.
    pub revision: String,
}

/// Answers for each of a list.
#[utoipa::path(post, path = "/api/v1/filter", operation_id = "filter", request_body = FilterRequest,
    responses((status = 200, body = Filtered), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 413, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    caller: Admitted,
    body: StrictJson,
) -> Result<Json<Filtered>, Problem> {
    let request: FilterRequest = body.read()?;
    if request.resources.len() > MOST {
        let detail = format!("at most {MOST} resources in one request");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let server = &caller.server;
    caller.take(request.resources.len().saturating_sub(1), &app)?;
    let wanted = revision::wanted(&request.context, &app)?;
    let snapshot = revision::reaching(wanted, &app).await?;
    revision::reached(wanted, &snapshot)?;
    let resources = request.resources.iter();
    let answers: Vec<_> = resources
        .map(|resource| allowed(&request, resource, server, &snapshot, &app))
        .collect();
    Ok(Json(Filtered {
        allowed: stream::iter(answers).buffered(AT_ONCE).collect().await,
        revision: app.revision_for(server, &snapshot),
    }))
}

async fn allowed(
    request: &FilterRequest,
    resource: &Entity,
    server: &ConnectedServer,
    snapshot: &Snapshot,
    app: &App,
) -> bool {
    let name = match resource.kind.as_str() {
        "channel" => "channel.discover",
        "file" => "file.download",
        "message" => "message.read",
        _ => return false,
    };
    tokio::task::yield_now().await;
    let action = Action {
        name: name.to_owned(),
        properties: Map::new(),
    };
    let words = Words {
        subject: &request.subject,
        action: &action,
        resource,
        context: &request.context,
    };
    app.answer(snapshot, server, words).await.decision.allowed()
}
