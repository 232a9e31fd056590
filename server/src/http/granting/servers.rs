// SPDX-License-Identifier: Apache-2.0
//! `PUT /api/v1/servers/{id}`: the record of a connected server.

use axum::extract::State;
use axum::response::Response;
use countersign_directory::ServerId;
use countersign_directory::amend::Amendment;

use super::{Applied, Waiting, Why, amend};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;

/// The record of a connected server, new or in place of the one with its id. A new one, true reasons, clients held to
/// more, a wider scope and whatever else may widen take two people; what takes away holds at once.
#[utoipa::path(put, path = "/api/v1/servers/{id}", operation_id = "put_server",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "The whole record, as `server` in a file for `countersign server add`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem)))]
pub async fn put(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<ServerId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    // Whose office it is not learns nothing about what a record looks like.
    app.act(&session, "server.manage", "server", id.as_str()).await?;
    let server = Box::new(body.read()?);
    amend(&app, &session, Amendment::ServerPut { id, server }, why).await
}
