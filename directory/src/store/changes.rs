// SPDX-License-Identifier: Apache-2.0
//! The change feed. Every room writes here, in the transaction that changed the thing.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::row::Columns;
use super::{StoreError, history, sql};
use crate::change::{Change, Cursor, Recorded, Revision};

/// Draws the next revision and records `changes` under it, with what they made of the world: call it
/// after the writes. From here to the end of the transaction
/// no other writer draws one, so that revisions become visible in their own order. Without changes
/// nothing is drawn, and the revision is the one that holds.
pub async fn record(
    changes: &[Change],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Revision, StoreError> {
    if changes.is_empty() {
        return head(db).await;
    }
    let row = sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'world' RETURNING value")
        .fetch_one(&mut *db)
        .await?;
    let revision = Columns {
        table: "counters",
        row: &row,
    }
    .number(0)?;
    let numbered: Vec<(usize, &Change)> = changes.iter().enumerate().collect();
    for batch in numbered.chunks(sql::batch(6)) {
        let text = format!(
            "INSERT INTO changes (revision, seq, at, noun, id, kind) VALUES {}",
            sql::rows(batch.len(), 6),
        );
        let mut query = sqlx::query(sql::statement(text));
        for (seq, change) in batch {
            query = query
                .bind(revision)
                .bind(*seq as i64)
                .bind(now.timestamp_millis())
                .bind(change.noun.as_str())
                .bind(change.id.as_str())
                .bind(change.kind.as_str());
        }
        query.execute(&mut *db).await?;
    }
    history::keep(changes, revision, db).await?;
    Ok(revision)
}

/// Makes this transaction the only writer from here on. Writers that read, decide and then write
/// take it first; so two of them never wait for each other in a circle.
pub async fn lock(db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE counters SET value = value WHERE name = 'world'")
        .execute(db)
        .await?;
    Ok(())
}

/// What was recorded behind `cursor`, in order, at most `limit` changes.
pub async fn after(cursor: Cursor, limit: u32, db: &mut AnyConnection) -> Result<Vec<Recorded>, StoreError> {
    let rows = sqlx::query(
        "SELECT revision, seq, at, noun, id, kind FROM changes \
         WHERE revision > $1 OR (revision = $1 AND seq > $2) ORDER BY revision, seq LIMIT $3",
    )
    .bind(cursor.revision)
    .bind(cursor.seq)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let columns = Columns {
                table: "changes",
                row,
            };
            Ok(Recorded {
                cursor: Cursor {
                    revision: columns.number(0)?,
                    seq: columns.number(1)?,
                },
                at: columns.moment(2)?,
                change: Change {
                    noun: columns.parsed(3)?,
                    id: columns.text(4)?,
                    kind: columns.parsed(5)?,
                },
            })
        })
        .collect()
}

/// The newest revision.
pub async fn head(db: &mut AnyConnection) -> Result<Revision, StoreError> {
    let row = sqlx::query("SELECT value FROM counters WHERE name = 'world'")
        .fetch_one(db)
        .await?;
    Columns {
        table: "counters",
        row: &row,
    }
    .number(0)
}

/// The oldest revision whose changes are still on file. A reader whose cursor is older than the one
/// before it has lost changes and starts over.
pub async fn oldest(db: &mut AnyConnection) -> Result<Option<Revision>, StoreError> {
    let row = sqlx::query("SELECT revision FROM changes ORDER BY revision LIMIT 1")
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Columns {
            table: "changes",
            row: &row,
        }
        .number(0)
    })
    .transpose()
}

/// Forgets changes that were written before `moment`, except those of the newest revision. Gives
/// how many.
pub async fn forget_before(moment: DateTime<Utc>, db: &mut AnyConnection) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM changes WHERE at < $1 AND revision < (SELECT value FROM counters WHERE name = 'world')",
    )
    .bind(moment.timestamp_millis())
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
