// SPDX-License-Identifier: Apache-2.0
//! `/api/v1/clients/{id}`: one application, whatever it speaks. Shown, registered, changed, taken away, and given
//! a new secret.

use authn::oidc::client::ClientRecord;
use authn::session::Session;
use authn::store::clients;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_authz::explain::{Pen, Pseudonyms};
use countersign_directory::amend::Amendment;

use super::shown::{ClientShown, is_all, shown};
use crate::app::App;
use crate::asking::elsewhere::{as_record, as_terms};
use crate::http::caller::Person;
use crate::http::granting::{Applied, Waiting, Why, amend};
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;

/// Shows one application.
#[utoipa::path(get, path = "/api/v1/clients/{id}", operation_id = "client", params(("id" = String, Path)),
    responses((status = 200, body = ClientShown), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
) -> Result<Json<ClientShown>, Problem> {
    app.act(&session, "console.read", "console", "clients").await?;
    let record = held(&app, &id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(told(&app, &session, &record)))
}

/// Registers a client of OpenID Connect, or puts a record in place of the one on file. A new one, and whatever else may
/// widen, takes two people; whoever carries it out is told the client's secret, if it proves itself with one.
#[utoipa::path(put, path = "/api/v1/clients/{id}", operation_id = "put_client",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "The record, as `countersign client put` takes it and as it is shown"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn put(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    app.act(&session, "server.manage", "server", &id).await?;
    let present = held(&app, &id).await?;
    let record = read(body, &id)?;
    if record.saml != present.as_ref().and_then(|present| present.saml.clone()) {
        return Err(Problem::bad_request(
            "`saml` is changed at `/api/v1/saml/services`, by metadata of the service provider",
        ));
    }
    file(&app, &session, record, present, why).await
}

/// An application is taken away: nobody signs in there by this house any more. One person.
#[utoipa::path(delete, path = "/api/v1/clients/{id}", operation_id = "remove_client",
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
    take_away(&app, &session, &record, why).await
}

/// Gives an application a new secret. Two people: whoever carries it out is told the secret, this once, and the one before is
/// good for nothing from then on.
#[utoipa::path(post, path = "/api/v1/clients/{id}/secret", operation_id = "renew_client_secret",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 202, body = Waiting), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn renew_secret(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<String>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    app.act(&session, "server.manage", "server", &id).await?;
    let record = held(&app, &id).await?.ok_or_else(Problem::not_found)?;
    if !record.has_secret() {
        return Err(Problem::bad_request(
            "it proves itself otherwise: `token_endpoint_auth_method` says how",
        ));
    }
    let was = as_terms(&record);
    amend(&app, &session, Amendment::ClientSecret { id, was }, why).await
}

/// The record in a request about the application `id`.
pub(super) fn read(body: StrictJson, id: &str) -> Result<ClientRecord, Problem> {
    let record: ClientRecord = body.read()?;
    if record.id != id {
        return Err(Problem::bad_request("`id` is another than that of the address"));
    }
    Ok(record)
}

/// An application as whoever is signed in may see it.
pub(super) fn told(app: &App, session: &Session, record: &ClientRecord) -> ClientShown {
    let snapshot = app.snapshot();
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(app.horizon(session, &snapshot), &mut names);
    shown(record, app.now(), &mut pen)
}

/// Files a record, or proposes it.
pub(super) async fn file(
    app: &App,
    session: &Session,
    record: ClientRecord,
    present: Option<ClientRecord>,
    why: Why,
) -> Result<Response, Problem> {
    if present
        .as_ref()
        .is_some_and(|present| !sees(app, session, present))
    {
        return Err(Problem::forbidden(
            "CLEARANCE_LEVEL",
            "part of this is above you: somebody must change it who can see all of it",
        ));
    }
    let client = as_terms(&record);
    as_record(&client)?;
    let act = Amendment::ClientPut {
        id: record.id,
        was: present.as_ref().map(as_terms),
        client,
    };
    amend(app, session, act, why).await
}

/// Takes an application away.
pub(super) async fn take_away(
    app: &App,
    session: &Session,
    record: &ClientRecord,
    why: Why,
) -> Result<Response, Problem> {
    let (id, was) = (record.id.clone(), as_terms(record));
    amend(app, session, Amendment::ClientRemove { id, was }, why).await
}

/// The record on file of that id.
pub(super) async fn held(app: &App, id: &str) -> Result<Option<ClientRecord>, Problem> {
    let mut db = app.database.pool.acquire().await?;
    let client = clients::by_id(id, &mut db).await?;
    Ok(client.map(|client| client.record))
}

/// Whether nothing of a record is above whoever is signed in.
fn sees(app: &App, session: &Session, record: &ClientRecord) -> bool {
    let snapshot = app.snapshot();
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(app.horizon(session, &snapshot), &mut names);
    is_all(record, &mut pen)
}
