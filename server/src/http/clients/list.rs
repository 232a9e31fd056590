// SPDX-License-Identifier: Apache-2.0
//! Which applications there are.

use authn::store::clients;
use axum::Json;
use axum::extract::State;
use countersign_authn as authn;
use countersign_authz::explain::{Pen, Pseudonyms};
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::{ClientShown, shown};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::problem::Problem;

/// Applications.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientList {
    /// By their ids.
    pub items: Vec<ClientShown>,
}

/// Lists the applications that people sign in to, and the servers that only ask.
#[utoipa::path(get, path = "/api/v1/clients", operation_id = "clients",
    responses((status = 200, body = ClientList), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn all(State(app): State<App>, Person(session): Person) -> Result<Json<ClientList>, Problem> {
    app.act(&session, "console.read", "console", "clients").await?;
    let mut db = app.database.pool.acquire().await?;
    let all = clients::all(&mut db).await?;
    let snapshot = app.snapshot();
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(app.horizon(&session, &snapshot), &mut names);
    let now = app.now();
    let items = all.iter().map(|client| shown(&client.record, now, &mut pen));
    Ok(Json(ClientList {
        items: items.collect(),
    }))
}

/// Lists the service providers of SAML.
#[utoipa::path(get, path = "/api/v1/saml/services", operation_id = "saml_services",
    responses((status = 200, body = ClientList), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn services(state: State<App>, person: Person) -> Result<Json<ClientList>, Problem> {
    let Json(mut list) = all(state, person).await?;
    list.items.retain(|shown| shown.client.get("saml").is_some());
    Ok(Json(list))
}
