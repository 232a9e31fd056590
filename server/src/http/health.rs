// SPDX-License-Identifier: Apache-2.0
//! `/healthz` (the process answers) and `/readyz` (it may decide).

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;

use crate::app::App;

/// That the process answers, in the words that chat servers look for before they ask.
#[derive(Debug, Serialize)]
pub struct Health {
    /// `SERVING`.
    status: &'static str,
}

/// `GET /healthz`.
pub async fn live() -> Json<Health> {
    Json(Health { status: "SERVING" })
}

/// `GET /readyz`: 503 while the world in memory cannot be confirmed or the record cannot be written.
/// Below the first line stands what is wrong with the record and stops nothing.
pub async fn ready(State(app): State<App>) -> (StatusCode, String) {
    let (status, first) = if app.tail.is_skewed() {
        let first = "our clock and the store's are more than 5 seconds apart: set them by the same source";
        (StatusCode::SERVICE_UNAVAILABLE, first)
    } else if !app.tail.is_confirmed(app.now()) {
        let first = "the store has not answered for 5 seconds";
        (StatusCode::SERVICE_UNAVAILABLE, first)
    } else if app.recorder.is_failing() {
        let first = "the record cannot be written: only rank 0 is decided";
        (StatusCode::SERVICE_UNAVAILABLE, first)
    } else {
        (StatusCode::OK, "ready")
    };
    let mut text = format!("{first}\n");
    for line in app.alarms.told() {
        text.push_str(&line);
        text.push('\n');
    }
    (status, text)
}
