// SPDX-License-Identifier: Apache-2.0
//! Where the synchronisation of each directory stands: from where it goes on, what came of the last
//! one, what is asked for, and which process is at it.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::StoreError;
use super::row::Columns;
use crate::SourceId;

/// Where a synchronisation stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// From where the next reading goes on (JSON, the reader's own).
    pub marks: String,
    /// When the last one began.
    pub began_at: Option<DateTime<Utc>>,
    /// When the last full one ended that was applied.
    pub full_at: Option<DateTime<Utc>>,
    /// What came of the last one (JSON).
    pub report: Option<String>,
    /// What somebody asked for (JSON).
    pub asked: Option<String>,
    /// Whom two people let vanish, by the seal of the brake.
    pub released: Option<String>,
    /// Which process is at it, or was when it died.
    pub taken_by: Option<String>,
    /// Until when it is that one's, unless it says so again.
    pub taken_until: DateTime<Utc>,
}

impl Standing {
    /// Whether some process is at it.
    pub fn is_running(&self, now: DateTime<Utc>) -> bool {
        self.taken_by.is_some() && self.taken_until > now
    }
}

/// Where the synchronisation of a source stands.
pub async fn standing(source: &SourceId, db: &mut AnyConnection) -> Result<Option<Standing>, StoreError> {
    let row = sqlx::query(
        "SELECT source, marks, began_at, full_at, report, asked, released, taken_by, taken_until \
         FROM source_syncs WHERE source = $1",
    )
    .bind(source.as_str())
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let columns = Columns {
            table: "source_syncs",
            row: &row,
        };
        Ok(Standing {
            marks: columns.text(1)?,
            began_at: columns.optional_moment(2)?,
            full_at: columns.optional_moment(3)?,
            report: columns.optional_text(4)?,
            asked: columns.optional_text(5)?,
            released: columns.optional_text(6)?,
            taken_by: columns.optional_text(7)?,
            taken_until: columns.moment(8)?,
        })
    })
    .transpose()
}

/// Takes the synchronisation of a source for a process until a moment. `false`: another is at it.
pub async fn take(
    source: &SourceId,
    process: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO source_syncs (source, marks, taken_by, taken_until) VALUES ($1, '{}', $2, $3) \
         ON CONFLICT (source) DO UPDATE SET taken_by = $2, taken_until = $3 \
         WHERE source_syncs.taken_until <= $4 OR source_syncs.taken_by = $2",
    )
    .bind(source.as_str())
    .bind(process)
    .bind(until.timestamp_millis())
    .bind(now.timestamp_millis())
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that a pass begins. What was asked for stays asked for until there is a report of it.
pub async fn begun(source: &SourceId, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE source_syncs SET began_at = $2 WHERE source = $1")
        .bind(source.as_str())
        .bind(now.timestamp_millis())
        .execute(db)
        .await?;
    Ok(())
}

/// Asks for a pass.
pub async fn ask(source: &SourceId, asked: &str, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO source_syncs (source, marks, asked, taken_until) VALUES ($1, '{}', $2, 0) \
         ON CONFLICT (source) DO UPDATE SET asked = $2",
    )
    .bind(source.as_str())
    .bind(asked)
    .execute(db)
    .await?;
    Ok(())
}

/// Lets those vanish whom this seal names.
pub async fn release(source: &SourceId, seal: &str, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE source_syncs SET released = $2 WHERE source = $1")
        .bind(source.as_str())
        .bind(seal)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends a pass that was applied to its end: the marks stand with what they stand for.
pub async fn applied(
    source: &SourceId,
    marks: &str,
    full_at: Option<DateTime<Utc>>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE source_syncs SET marks = $2, full_at = COALESCE($3, full_at), released = NULL WHERE source = $1",
    )
    .bind(source.as_str())
    .bind(marks)
    .bind(full_at.map(|at| at.timestamp_millis()))
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the synchronisation back, and says what came of it. What was asked for before it began is done; what
/// was asked for meanwhile is not.
pub async fn reported(
    source: &SourceId,
    report: &str,
    asked: Option<&str>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE source_syncs SET report = $2, taken_by = NULL, taken_until = 0, \
         asked = CASE WHEN asked = $3 THEN NULL ELSE asked END WHERE source = $1",
    )
    .bind(source.as_str())
    .bind(report)
    .bind(asked)
    .execute(db)
    .await?;
    Ok(())
}
