// SPDX-License-Identifier: Apache-2.0
//! Clearances: granted and prolonged by two people, taken away by one.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use countersign_directory::PersonId;
use countersign_directory::amend::Amendment;
use serde::Deserialize;
use serde_json::Value;

use super::{Applied, Waiting, Why, amend};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;

/// Grants a clearance. Two people, neither of them its holder.
#[utoipa::path(post, path = "/api/v1/people/{id}/clearances", operation_id = "grant_clearance",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`scheme`, `level`, `kind` (`personnel`, `attested`, `service`), `valid_from`, `valid_until`, and `compartments`, `attestation`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn grant(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<PersonId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let StrictJson(mut clearance) = body;
    if let Some(members) = clearance.as_object_mut() {
        members.entry("state").or_insert_with(|| Value::from("active"));
    }
    let act = Amendment::ClearanceGrant {
        id,
        clearance: StrictJson(clearance).read()?,
    };
    amend(&app, &session, act, why).await
}

/// Gives a clearance another end. A later one takes two people, an earlier one holds at once.
#[utoipa::path(patch, path = "/api/v1/people/{id}/clearances/{cid}", operation_id = "change_clearance",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path), ("cid" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`valid_until`, inclusive"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn patch(
    State(app): State<App>,
    Person(session): Person,
    Path((id, cid)): Path<(PersonId, String)>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let end: NewEnd = body.read()?;
    let valid_until = end.valid_until;
    let act = Amendment::ClearanceRenew {
        id,
        clearance: cid,
        valid_until,
    };
    amend(&app, &session, act, why).await
}

/// A clearance does not count for now. One person.
#[utoipa::path(post, path = "/api/v1/people/{id}/clearances/{cid}/suspend", operation_id = "suspend_clearance",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path), ("cid" = String, Path)),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn suspend(
    State(app): State<App>,
    Person(session): Person,
    Path((id, cid)): Path<(PersonId, String)>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    let act = Amendment::ClearanceSuspend { id, clearance: cid };
    amend(&app, &session, act, why).await
}

/// A suspended clearance counts again. Two people.
#[utoipa::path(post, path = "/api/v1/people/{id}/clearances/{cid}/resume", operation_id = "resume_clearance",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path), ("cid" = String, Path)),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn resume(
    State(app): State<App>,
    Person(session): Person,
    Path((id, cid)): Path<(PersonId, String)>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    let act = Amendment::ClearanceResume { id, clearance: cid };
    amend(&app, &session, act, why).await
}

/// A clearance never counts again. One person.
#[utoipa::path(post, path = "/api/v1/people/{id}/clearances/{cid}/revoke", operation_id = "revoke_clearance",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path), ("cid" = String, Path)),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn revoke(
    State(app): State<App>,
    Person(session): Person,
    Path((id, cid)): Path<(PersonId, String)>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    let act = Amendment::ClearanceRevoke { id, clearance: cid };
    amend(&app, &session, act, why).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEnd {
    valid_until: DateTime<Utc>,
}
