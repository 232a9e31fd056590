// SPDX-License-Identifier: Apache-2.0
//! `GET /oauth2/jwks`: the keys that we sign with, those that we are about to, and those that we did.

use axum::extract::State;
use axum::response::Response;

use super::reply;
use crate::app::App;

/// `GET /oauth2/jwks`
pub async fn get(State(app): State<App>) -> Response {
    reply::public(&app.keys.load().document(app.now()))
}
