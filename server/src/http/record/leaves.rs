// SPDX-License-Identifier: Apache-2.0
//! One leaf, byte for byte, so that its hash can be recomputed. The inputs beside it are not shown here.

use axum::Json;
use axum::extract::{Path, State};
use countersign_audit::store::leaves;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::caller::Person;
use crate::http::problem::Problem;

/// A leaf of the record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Leaf {
    /// Its number, from 0.
    pub index: u64,
    /// Its hash, in hexadecimal: SHA-256 over a zero byte and the record.
    pub hash: String,
    /// The hashed text: canonical JSON.
    pub record: String,
}

/// Shows one leaf.
#[utoipa::path(get, path = "/api/v1/record/leaves/{index}", operation_id = "record_leaf",
    params(("index" = String, Path)),
    responses((status = 200, body = Leaf), (status = 401, body = Problem), (status = 403, body = Problem),
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
    Ok(Json(Leaf {
        index: leaf.index,
        hash: leaf.hash.to_string(),
        record: String::from_utf8_lossy(&leaf.record).into_owned(),
    }))
}
