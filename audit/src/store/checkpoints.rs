// SPDX-License-Identifier: Apache-2.0
//! Signed checkpoints, in the order in which they were signed.

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::{StoreError, nodes, tree};
use crate::checkpoint::Checkpoint;
use crate::checkpoint::note::Signer;
use crate::hash::Hash;

/// A checkpoint as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// When.
    pub at: DateTime<Utc>,
    /// The whole signed note.
    pub note: String,
}

/// Signs the tree as it is and keeps the note; when nothing was appended since the last one, that
/// one is returned. Refuses to sign a tree that does not continue the last checkpoint.
pub async fn issue(
    signer: &Signer,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<StoredCheckpoint, StoreError> {
    let frontier = tree::lock(&mut *db).await?;
    let checkpoint = Checkpoint {
        origin: signer.name().to_owned(),
        size: frontier.size(),
        root: frontier.root(),
    };
    // Whatever name the log had then: one tree, one history.
    if let Some(before) = largest(&mut *db).await? {
        continues(&before, checkpoint.size, &mut *db).await?;
    }
    if let Some(last) = latest(signer.name(), &mut *db).await? {
        let before = &last.checkpoint;
        continues(before, checkpoint.size, &mut *db).await?;
        if *before == checkpoint {
            return Ok(last);
        }
    }
    let note = checkpoint.sign(signer)?.to_string();
    sqlx::query("INSERT INTO audit_checkpoints (origin, size, at, root, note) VALUES ($1, $2, $3, $4, $5)")
        .bind(checkpoint.origin.as_str())
        .bind(checkpoint.size as i64)
        .bind(now.timestamp_millis())
        .bind(checkpoint.root.as_bytes().as_slice())
        .bind(note.as_str())
        .execute(db)
        .await?;
    let at = DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now);
    Ok(StoredCheckpoint { checkpoint, at, note })
}

/// Refuses a tree of `size` that does not continue what `before` states, e.g. one that was signed and
/// published before this store was restored from a copy.
pub async fn continues(before: &Checkpoint, size: u64, db: &mut AnyConnection) -> Result<(), StoreError> {
    if before.size <= size && nodes::root(before.size, db).await? == before.root {
        return Ok(());
    }
    Err(StoreError::Fork {
        size,
        signed: before.size,
    })
}

/// The checkpoint of `origin` over `size` leaves.
pub async fn of_size(
    origin: &str,
    size: u64,
    db: &mut AnyConnection,
) -> Result<Option<StoredCheckpoint>, StoreError> {
    let row = sqlx::query(
        "SELECT origin, size, at, root, note FROM audit_checkpoints WHERE origin = $1 AND size = $2",
    )
    .bind(origin)
    .bind(i64::try_from(size).unwrap_or(i64::MAX))
    .fetch_optional(db)
    .await?;
    row.as_ref().map(stored).transpose()
}

/// At most `limit` checkpoints of `origin` over more than `after` leaves, smallest first.
pub async fn page(
    origin: &str,
    after: u64,
    limit: u32,
    db: &mut AnyConnection,
) -> Result<Vec<StoredCheckpoint>, StoreError> {
    let rows = sqlx::query(
        "SELECT origin, size, at, root, note FROM audit_checkpoints \
         WHERE origin = $1 AND size > $2 ORDER BY size LIMIT $3",
    )
    .bind(origin)
    .bind(i64::try_from(after).unwrap_or(i64::MAX))
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    rows.iter().map(stored).collect()
}

/// The newest checkpoint of `origin`.
pub async fn latest(origin: &str, db: &mut AnyConnection) -> Result<Option<StoredCheckpoint>, StoreError> {
    let row = sqlx::query(
        "SELECT origin, size, at, root, note FROM audit_checkpoints \
         WHERE origin = $1 ORDER BY size DESC LIMIT 1",
    )
    .bind(origin)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(stored).transpose()
}

/// All checkpoints of sizes above `after` (none: from the first) up to and with `up_to`, smallest
/// first.
pub async fn between(
    after: Option<u64>,
    up_to: u64,
    db: &mut AnyConnection,
) -> Result<Vec<StoredCheckpoint>, StoreError> {
    let rows = sqlx::query(
        "SELECT origin, size, at, root, note FROM audit_checkpoints \
         WHERE size > $1 AND size <= $2 ORDER BY size, origin",
    )
    .bind(after.map_or(-1, |after| after as i64))
    .bind(i64::try_from(up_to).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await?;
    rows.iter().map(stored).collect()
}

/// The checkpoint over the most leaves, of whatever log.
pub(crate) async fn largest(db: &mut AnyConnection) -> Result<Option<Checkpoint>, StoreError> {
    let row =
        sqlx::query("SELECT origin, size, at, root, note FROM audit_checkpoints ORDER BY size DESC LIMIT 1")
            .fetch_optional(db)
            .await?;
    Ok(row
        .as_ref()
        .map(stored)
        .transpose()?
        .map(|stored| stored.checkpoint))
}

fn stored(row: &AnyRow) -> Result<StoredCheckpoint, StoreError> {
    let size = row.try_get::<i64, _>("size")? as u64;
    let root: Vec<u8> = row.try_get("root")?;
    Ok(StoredCheckpoint {
        checkpoint: Checkpoint {
            origin: row.try_get("origin")?,
            size,
            root: Hash::from_slice(&root).ok_or(StoreError::Hash {
                level: 0,
                position: size,
            })?,
        },
        at: DateTime::from_timestamp_millis(row.try_get("at")?).unwrap_or_default(),
        note: row.try_get("note")?,
    })
}
