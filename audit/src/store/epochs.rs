// SPDX-License-Identifier: Apache-2.0
//! Which journals were begun, and where one does not fit: so that a journal that is gone whole is
//! missed, and each alarm is raised once.

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Row};

use super::StoreError;
use crate::journal::Damage;

/// Notes that an epoch was begun. Before anything is written to it.
pub async fn begun(
    process: &str,
    epoch: u64,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO journal_epochs (process, epoch, opened_at, settled) VALUES ($1, $2, $3, 0) \
         ON CONFLICT (process, epoch) DO NOTHING",
    )
    .bind(process)
    .bind(epoch as i64)
    .bind(now.timestamp_millis())
    .execute(db)
    .await?;
    Ok(())
}

/// All of it is in the tree, or its loss was alarmed: nobody looks for its files again.
pub(crate) async fn settle(process: &str, epoch: u64, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE journal_epochs SET settled = 1 WHERE process = $1 AND epoch = $2")
        .bind(process)
        .bind(epoch as i64)
        .execute(db)
        .await?;
    Ok(())
}

/// The epochs of `process` whose files must still be there.
pub(crate) async fn unsettled(process: &str, db: &mut AnyConnection) -> Result<Vec<u64>, StoreError> {
    let rows =
        sqlx::query("SELECT epoch FROM journal_epochs WHERE process = $1 AND settled = 0 ORDER BY epoch")
            .bind(process)
            .fetch_all(db)
            .await?;
    rows.iter()
        .map(|row| Ok(row.try_get::<i64, _>("epoch")? as u64))
        .collect()
}

/// Notes where a journal does not fit; true the first time.
pub async fn alarm(damage: &Damage, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO journal_damages (process, epoch, sequence, why, found_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (process, epoch, sequence) DO NOTHING",
    )
    .bind(damage.process.as_str())
    .bind(damage.epoch as i64)
    .bind(damage.sequence as i64)
    .bind(damage.why)
    .bind(now.timestamp_millis())
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
