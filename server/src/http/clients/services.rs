// SPDX-License-Identifier: Apache-2.0
//! One service provider of SAML: shown, changed, taken away.

use authn::oidc::client::ClientRecord;
use authn::session::Session;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;

use super::records;
use super::shown::ClientShown;
use crate::app::App;
use crate::http::caller::Person;
use crate::http::granting::{Applied, Waiting, Why};
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;

/// Shows one service provider.
#[utoipa::path(get, path = "/api/v1/saml/services/{id}", operation_id = "saml_service",
    params(("id" = String, Path)),
    responses((status = 200, body = ClientShown), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
) -> Result<Json<ClientShown>, Problem> {
    app.act(&session, "console.read", "console", "clients").await?;
    let record = held(&app, &id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(records::told(&app, &session, &record)))
}

/// The record of a service provider, whole, in place of the one on file. What may widen takes two people. What
/// its metadata says is easier changed by newer metadata.
#[utoipa::path(put, path = "/api/v1/saml/services/{id}", operation_id = "put_saml_service",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "The record as it is shown: `name`, `level`, `max_age`, `admits`, `scopes`, `consent`, `server`, `saml`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn put(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    app.act(&session, "server.manage", "server", &id).await?;
    let present = held(&app, &id).await?.ok_or_else(Problem::not_found)?;
    let record = records::read(body, &id)?;
    let entity = |record: &ClientRecord| record.saml.as_ref().map(|provider| provider.entity_id.clone());
    if entity(&record) != entity(&present) {
        return Err(Problem::bad_request(
            "a changed `saml.entity_id` is another service provider: register that one",
        ));
    }
    file(&app, &session, record, Some(present), why).await
}

/// A service provider is taken away: nobody signs in there by this house any more. One person. If it is a client
/// of OpenID as well, that goes with it.
#[utoipa::path(delete, path = "/api/v1/saml/services/{id}", operation_id = "remove_saml_service",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    app.act(&session, "server.manage", "server", &id).await?;
    let record = held(&app, &id).await?.ok_or_else(Problem::not_found)?;
    records::take_away(&app, &session, &record, why).await
}

/// Files the record of a service provider, or proposes it.
pub(super) async fn file(
    app: &App,
    session: &Session,
    record: ClientRecord,
    present: Option<ClientRecord>,
    why: Why,
) -> Result<Response, Problem> {
    // What it may do besides by OpenID is not changed here.
    let before = present.as_ref().map(|present| present.grants.as_slice());
    if record.grants.as_slice() != before.unwrap_or_default() {
        return Err(Problem::bad_request(
            "`grants` are of OpenID: they are changed at `/api/v1/clients/{id}`",
        ));
    }
    records::file(app, session, record, present, why).await
}

/// The record of the service provider of that id.
async fn held(app: &App, id: &str) -> Result<Option<ClientRecord>, Problem> {
    let held = records::held(app, id).await?;
    Ok(held.filter(|record| record.saml.is_some()))
}
