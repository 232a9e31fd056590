// SPDX-License-Identifier: Apache-2.0
//! SAML on the wire. The rules are authn's; here messages are received and answers sent on their
//! way through the browser. As a service provider of sources of people we have [`sources`].

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::app::App;
use crate::http::fault;

pub mod answer;
mod deliver;
pub mod logout;
pub mod metadata;
mod receive;
pub mod slo;
pub mod sources;
pub mod sso;

/// The routes of the identity provider.
pub fn router(app: &App) -> Router<App> {
    let pages = Router::new()
        .route("/saml/logout", get(logout::get).post(logout::post))
        .route("/saml/slo", get(slo::get).post(slo::post))
        .route("/saml/sso", get(sso::get).post(sso::post))
        .layer(from_fn_with_state(app.clone(), fault::show));
    Router::new()
        .merge(pages)
        .merge(sources::router(app))
        .route("/saml/metadata", get(metadata::get))
}
