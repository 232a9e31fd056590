// SPDX-License-Identifier: Apache-2.0
//! `GET /.well-known/openid-configuration`.

use authn::oidc::discovery;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;

use super::reply;
use crate::app::App;

/// `GET /.well-known/openid-configuration`
pub async fn get(State(app): State<App>) -> Response {
    let by_certificate = app.config.machines.address.as_deref();
    reply::public(&discovery::document(&app.config.issuer, by_certificate))
}
