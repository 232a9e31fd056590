// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/connect/{product}`: what to enter at a product so that its people sign in here.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::connect::{Installation, Product, Profile};
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// Of which installation.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct There {
    /// The product's own address, e.g. `https://chat.example.org`.
    site: Option<String>,
    /// Where people come back to, of a product that alone knows it.
    redirect: Option<String>,
}

/// The settings of one product, with the addresses of this house in them.
#[utoipa::path(get, path = "/api/v1/connect/{product}", operation_id = "connect_profile",
    params(There, ("product" = String, Path, description = "`mattermost`, `rocket-chat`, `generic-saml`, …")),
    responses((status = 200, body = Profile), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn get(
    State(app): State<App>,
    Person(session): Person,
    Path(product): Path<String>,
    Query(There { site, redirect }): Query<There>,
) -> Result<Json<Profile>, Problem> {
    app.act(&session, "console.read", "console", "connect").await?;
    let product = Product::named(&product).ok_or_else(Problem::not_found)?;
    let there = Installation::at(site.as_deref(), redirect.as_deref())
        .map_err(|fault| Problem::bad_request(fault.to_string()))?;
    Ok(Json(product.profile(&app.config.issuer, &there)))
}
