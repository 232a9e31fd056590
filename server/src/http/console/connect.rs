// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/connect/{product}`: what to enter at a product so that its people sign in here.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::connect::{Product, Profile};
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// Of which installation.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Site {
    /// The product's own address, e.g. `https://chat.example.org`.
    site: Option<String>,
}

/// The settings of one product, with the addresses of this house in them.
#[utoipa::path(get, path = "/api/v1/connect/{product}", operation_id = "connect_profile",
    params(Site, ("product" = String, Path, description = "`mattermost`, `rocket-chat`, `generic-saml`, …")),
    responses((status = 200, body = Profile), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn get(
    State(app): State<App>,
    Person(session): Person,
    Path(product): Path<String>,
    Query(Site { site }): Query<Site>,
) -> Result<Json<Profile>, Problem> {
    app.act(&session, "console.read", "console", "connect").await?;
    let product = Product::named(&product).ok_or_else(Problem::not_found)?;
    Ok(Json(product.profile(&app.config.issuer, site.as_deref())))
}
