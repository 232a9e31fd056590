// SPDX-License-Identifier: Apache-2.0
//! One leaf, byte for byte, so that its hash can be recomputed; without the inputs beside it. What speaks
//! of a channel that this auditor may not know of is shown by its hash alone, which proves as much.

use axum::Json;
use axum::extract::State;
use countersign_audit::store::leaves;
use countersign_authz::Snapshot;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::{App, House};
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;

/// A leaf of the record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Leaf {
    /// Its number, from 0.
    pub index: u64,
    /// Its hash, in hexadecimal: SHA-256 over a zero byte and the record.
    pub hash: String,
    /// The hashed text: canonical JSON. Absent where it speaks of what you may not know of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// Shows one leaf.
#[utoipa::path(get, path = "/api/v1/record/leaves/{index}", operation_id = "record_leaf",
    params(("index" = String, Path)),
    responses((status = 200, body = Leaf), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(index): Path<String>,
) -> Result<Json<Leaf>, Problem> {
    app.act(&session, "audit.read", "audit_log", "record").await?;
    let index: u64 = index.parse().map_err(|_| Problem::not_found())?;
    let mut db = app.database.pool.acquire().await?;
    let leaf = match i64::try_from(index) {
        Ok(_) => leaves::leaf(index, &mut db).await?,
        Err(_) => None,
    };
    let leaf = leaf.ok_or_else(Problem::not_found)?;
    let text = String::from_utf8_lossy(&leaf.record).into_owned();
    let reader = session.person.as_str();
    Ok(Json(Leaf {
        index: leaf.index,
        hash: leaf.hash.to_string(),
        record: may_read(&app, reader, &text).then_some(text),
    }))
}

/// Whether `reader` alone would discover every channel that the text names, wherever it does.
fn may_read(house: &House, reader: &str, text: &str) -> bool {
    let Ok(record) = serde_json::from_str::<Value>(text) else {
        return false;
    };
    let snapshot = house.snapshot();
    let mut named = Vec::new();
    channels(&record, &snapshot, &mut named);
    named.iter().all(|id| house.may_discover(&snapshot, reader, id))
}

fn channels(value: &Value, snapshot: &Snapshot, named: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            // A registered item speaks of its channel too.
            let item = snapshot.message(text).or_else(|| snapshot.file(text));
            named.extend(item.map(|item| item.channel.to_string()));
            named.extend(snapshot.channel(text).map(|_| text.clone()));
        }
        Value::Array(items) => items.iter().for_each(|item| channels(item, snapshot, named)),
        Value::Object(members) => members
            .values()
            .for_each(|member| channels(member, snapshot, named)),
        Value::Bool(_) | Value::Null | Value::Number(_) => {}
    }
}
