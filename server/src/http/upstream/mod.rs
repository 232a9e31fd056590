// SPDX-License-Identifier: Apache-2.0
//! Signing in by way of a source of people: the way there, the way back, linking and unlinking, and the
//! end of a session that the source tells. A source's protocol has its own routes below `/oidc/sources/{id}`;
//! each source has an address of its own to come back to, so that no answer of one is taken for another's.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::http::fault;

pub mod arrive;
pub mod links;
pub mod oidc_callback;
pub mod oidc_logout;
pub mod pages;
pub mod start;

/// The routes.
pub fn router(app: &App) -> Router<App> {
    let pages = Router::new()
        .route("/signin/source", get(start::get))
        .route("/account/sources/link", post(links::link))
        .route("/account/sources/unlink", post(links::unlink))
        .route("/oidc/sources/{id}/callback", get(oidc_callback::get))
        .layer(from_fn_with_state(app.clone(), fault::show));
    Router::new()
        .route("/oidc/sources/{id}/backchannel-logout", post(oidc_logout::post))
        .merge(pages)
}
