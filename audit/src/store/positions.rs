// SPDX-License-Identifier: Apache-2.0
//! How far each journal has been moved into the tree; written with the leaves it brought.

use sqlx::{AnyConnection, Row};

use super::StoreError;
use crate::leaf::Origin;

/// The last frame of this epoch that is in the tree; 0 when none is.
pub async fn drained(process: &str, epoch: u64, db: &mut AnyConnection) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT sequence FROM journal_positions WHERE process = $1 AND epoch = $2")
        .bind(process)
        .bind(epoch as i64)
        .fetch_optional(db)
        .await?;
    row.map_or(Ok(0), |row| Ok(row.try_get::<i64, _>("sequence")? as u64))
}

/// Every journal of which something is in the tree: process, epoch, and the last frame.
pub(crate) async fn all(db: &mut AnyConnection) -> Result<Vec<Origin>, StoreError> {
    let rows = sqlx::query("SELECT process, epoch, sequence FROM journal_positions ORDER BY process, epoch")
        .fetch_all(db)
        .await?;
    let origins = rows.iter().map(|row| {
        Ok(Origin {
            process: row.try_get("process")?,
            epoch: row.try_get::<i64, _>("epoch")? as u64,
            sequence: row.try_get::<i64, _>("sequence")? as u64,
        })
    });
    origins.collect()
}

/// Records that frames up to `sequence` are in the tree.
pub(crate) async fn set(
    process: &str,
    epoch: u64,
    sequence: u64,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO journal_positions (process, epoch, sequence) VALUES ($1, $2, $3) \
         ON CONFLICT (process, epoch) DO UPDATE SET sequence = excluded.sequence",
    )
    .bind(process)
    .bind(epoch as i64)
    .bind(sequence as i64)
    .execute(db)
    .await?;
    Ok(())
}

/// The newest epoch of this process that is known here; for [`crate::journal::Options::epoch_after`].
pub async fn last_epoch(process: &str, db: &mut AnyConnection) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT MAX(epoch) AS epoch FROM journal_positions WHERE process = $1")
        .bind(process)
        .fetch_one(db)
        .await?;
    Ok(row.try_get::<Option<i64>, _>("epoch")?.unwrap_or(0) as u64)
}
