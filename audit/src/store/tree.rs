// SPDX-License-Identifier: Apache-2.0
//! The state row of the tree.

use sqlx::{AnyConnection, Row};

use super::StoreError;
use crate::tree::Frontier;

/// Reads the state and keeps every other writer waiting until the end of this transaction.
pub async fn lock(db: &mut AnyConnection) -> Result<Frontier, StoreError> {
    let row = sqlx::query("UPDATE audit_tree SET size = size WHERE name = 'record' RETURNING size, frontier")
        .fetch_one(db)
        .await?;
    frontier(&row)
}

/// Reads the state.
pub async fn load(db: &mut AnyConnection) -> Result<Frontier, StoreError> {
    let row = sqlx::query("SELECT size, frontier FROM audit_tree WHERE name = 'record'")
        .fetch_one(db)
        .await?;
    frontier(&row)
}

/// Writes the state that [`lock`] gave and appending changed.
pub(super) async fn save(frontier: &Frontier, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE audit_tree SET size = $1, frontier = $2 WHERE name = 'record'")
        .bind(frontier.size() as i64)
        .bind(frontier.to_bytes())
        .execute(db)
        .await?;
    Ok(())
}

fn frontier(row: &sqlx::any::AnyRow) -> Result<Frontier, StoreError> {
    let size: i64 = row.try_get("size")?;
    let peaks: Option<Vec<u8>> = row.try_get("frontier")?;
    Ok(Frontier::from_bytes(size as u64, &peaks.unwrap_or_default())?)
}
