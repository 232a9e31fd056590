// SPDX-License-Identifier: Apache-2.0
//! The OpenID provider on the wire. The rules are authn's; here requests are read and answers
//! written as the standards spell them.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::http::fault;

pub(crate) mod admission;
pub mod answer;
pub mod authorize;
pub mod discovery;
pub mod introspect;
pub mod jwks;
pub mod keycloak;
pub mod logout;
pub mod par;
pub mod refresh;
mod reply;
mod request;
pub mod revoke;
pub mod token;
pub mod userinfo;

/// The routes of the provider.
pub fn router(app: &App) -> Router<App> {
    let pages = Router::new()
        .route("/oauth2/authorize", get(authorize::get).post(authorize::post))
        .route("/oauth2/logout", get(logout::get).post(logout::post))
        .layer(from_fn_with_state(app.clone(), fault::show));
    Router::new()
        .merge(pages)
        .route("/.well-known/openid-configuration", get(discovery::get))
        .route("/oauth2/introspect", post(introspect::post))
        .route("/oauth2/jwks", get(jwks::get))
        .route("/oauth2/par", post(par::post))
        .route("/oauth2/revoke", post(revoke::post))
        .route("/oauth2/token", post(token::post))
        .route("/protocol/openid-connect/token", post(keycloak::post))
        .route("/oauth2/userinfo", get(userinfo::answer).post(userinfo::answer))
}
