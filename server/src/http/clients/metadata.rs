// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/saml/services`: a service provider is registered by its metadata, or takes newer metadata.

use authn::assurance::Level;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::ServerId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::services::file;
use crate::app::App;
use crate::connect::Product;
use crate::http::caller::Person;
use crate::http::granting::{Applied, Waiting, Why};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;
use crate::saml::aside;
use crate::saml::service::{Decided, ServiceFault, read, record};

/// Metadata, and what is decided beside it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// What the service provider says of itself, XML.
    metadata: String,
    /// A certificate, PEM; nothing counts but what its key signed.
    #[serde(default)]
    signed_by: Option<String>,
    /// The entity that is meant, where the metadata holds several.
    #[serde(default)]
    entity_id: Option<String>,
    /// Its id here; absent, the one that it has, else the host of its address.
    #[serde(default)]
    id: Option<String>,
    /// What people read.
    #[serde(default)]
    name: Option<String>,
    /// The product that it is: what it is told about people.
    #[serde(default)]
    product: Option<Product>,
    /// The connected server that it belongs to.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    server: Option<ServerId>,
    /// The least level of a sign-in for it: `aal1`, `aal2`, `aal2_phishing_resistant` or `aal3`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// People are asked before it learns about them.
    #[serde(default)]
    ask: bool,
    /// People may be sent to it without its having asked.
    #[serde(default)]
    idp_initiated: bool,
    /// Only signed requests of it are taken.
    #[serde(default)]
    requests_signed: bool,
    /// It gets assertions in clear although it has an encryption key.
    #[serde(default)]
    in_clear: bool,
}

/// Registers a service provider by its metadata, or takes newer metadata of one that is registered: keys and
/// addresses are replaced, what was decided stays. A new one, and whatever else may widen, takes two people.
#[utoipa::path(post, path = "/api/v1/saml/services", operation_id = "register_saml_service",
    params(Why, ("X-CSRF-Token" = String, Header)), request_body = Registration,
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    app.act(&session, "server.manage", "server", "saml-services")
        .await?;
    let told: Registration = body.read()?;
    let decided = Decided {
        id: told.id,
        name: told.name,
        product: told.product,
        server: told.server,
        level: told.level,
        ask: told.ask,
        idp_initiated: told.idp_initiated,
        requests_signed: told.requests_signed,
        in_clear: told.in_clear,
    };
    let now = app.now();
    let found = aside(move || {
        let signed_by = told.signed_by.as_deref().map(str::as_bytes);
        read(
            told.metadata.as_bytes(),
            signed_by,
            told.entity_id.as_deref(),
            now,
        )
    });
    let said = found
        .await
        .map_err(|busy| Problem::unavailable(&busy))?
        .map_err(|fault| Problem::bad_request(format!("`metadata`: {fault}")))?;
    let mut db = app.database.pool.acquire().await?;
    let (record, present) = record(&decided, said, &mut db)
        .await
        .map_err(|fault| match fault {
            ServiceFault::Input(text) => Problem::bad_request(text),
            ServiceFault::Store(cause) => cause.into(),
        })?;
    drop(db);
    file(&app, &session, record, present, why).await
}
