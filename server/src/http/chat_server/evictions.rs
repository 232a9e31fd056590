// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/channels/{id}/evictions`: who must leave a channel, for a chat server that looks after
//! its rooms by itself or was away. What the change feed tells one by one, all at once.

use axum::Json;
use axum::extract::State;
use countersign_directory::ChannelId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::asking::server_question::Translation;
use crate::http::admission::Admitted;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::record::decision::Asker;

/// After how many people others get their turn.
const TURN: usize = 16;

/// Who must leave.
#[derive(Debug, Serialize, ToSchema)]
pub struct Evictions {
    /// The members who may not stay.
    pub evictions: Vec<Evicted>,
    /// Always: the person alone is asked about, without session and device.
    pub standing: bool,
    /// The world that was asked; opaque.
    pub revision: String,
}

/// One who must.
#[derive(Debug, Serialize, ToSchema)]
pub struct Evicted {
    /// The server's name of her.
    pub user: String,
    /// The recorded decision.
    pub decision_id: String,
}

/// Lists the members who may not stay. Why is for the record alone.
#[utoipa::path(get, path = "/api/v1/channels/{id}/evictions", operation_id = "evictions",
    params(("id" = String, Path)),
    responses((status = 200, body = Evictions), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 429, body = Problem)))]
pub async fn get(
    State(app): State<App>,
    caller: Admitted,
    Path(theirs): Path<String>,
) -> Result<Json<Evictions>, Problem> {
    let _held = caller.search(&app)?;
    let server = &caller.server;
    let snapshot = app.snapshot();
    let names = Translation::new(server, &snapshot);
    let id = names.channel(&theirs).and_then(|id| id.parse::<ChannelId>().ok());
    let id = id.ok_or_else(Problem::not_found)?;
    snapshot.channel(id.as_str()).ok_or_else(Problem::not_found)?;
    let asker = Asker {
        server: Some(server.id.to_string()),
        ..Asker::default()
    };
    let mut evictions = Vec::new();
    let members = snapshot.members(id.as_str());
    let seen = members.iter().filter(|person| server.sees_person(person));
    for (looked_at, person) in seen.enumerate() {
        if looked_at % TURN == TURN - 1 {
            tokio::task::yield_now().await;
        }
        if let Some(user) = names.person_theirs(person)
            && let Some(answered) = app.eviction(&snapshot, person, &id, &asker).await
        {
            let decision_id = answered.id;
            evictions.push(Evicted { user, decision_id });
        }
    }
    Ok(Json(Evictions {
        evictions,
        standing: true,
        revision: app.revision_for(server, &snapshot),
    }))
}
