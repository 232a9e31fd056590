// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/signing-keys/{id}/withdraw`: a key is out of hand. One person is enough: it takes away.

use axum::extract::State;
use countersign_directory::Actor;
use http::StatusCode;

use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;

/// Takes a key out of the key set or the metadata at once. What it signed is not ours any more; a fresh key signs in
/// its place. A security officer or a system administrator does this alone.
#[utoipa::path(post, path = "/api/v1/signing-keys/{id}/withdraw", operation_id = "withdraw_signing_key",
    params(("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.may_take_away(&session, session.person.as_str(), &id).await?;
    if !app.withdraw_key(&id, &Actor::Person(session.person)).await? {
        return Err(Problem::not_found());
    }
    Ok(StatusCode::NO_CONTENT)
}
