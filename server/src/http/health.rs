// SPDX-License-Identifier: Apache-2.0
//! `/healthz` (the process answers) and `/readyz` (it may decide).

use axum::extract::State;
use http::StatusCode;

use crate::app::App;

/// `GET /healthz`.
pub async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: 503 while the world in memory cannot be confirmed.
pub async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.tail.is_fresh(app.now()) {
        (StatusCode::OK, "ready\n")
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store has not answered for 5 seconds\n",
        )
    }
}
