// SPDX-License-Identifier: Apache-2.0
//! `GET /_matrix/key/v2/server`: the key that our requests and our own events are signed with, and
//! `GET /_matrix/federation/v1/version`.

use authn::matrix::published::document;
use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use countersign_authn as authn;
use serde_json::{Map, Value, json};

use super::{Fault, member};
use crate::app::App;

/// How long others may believe it.
const VALID: TimeDelta = TimeDelta::hours(24);

/// What we publish.
pub async fn get(State(app): State<App>) -> Result<Json<Map<String, Value>>, Fault> {
    let member = member(&app)?;
    let published = document(&member.name, &member.server_key, app.now() + VALID);
    published.map(Json).map_err(|fault| Fault::ours(&fault))
}

/// Who we are.
pub async fn version() -> Json<Value> {
    Json(json!({"server": {"name": "Countersign", "version": env!("CARGO_PKG_VERSION")}}))
}
