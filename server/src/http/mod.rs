// SPDX-License-Identifier: Apache-2.0
//! The wire: every route of the house, one folder per area, one file per verb.

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub mod health;
pub mod problem;

/// All routes.
pub fn router(app: App) -> Router {
    Router::new().route("/healthz", get(health::live)).with_state(app)
}
