// SPDX-License-Identifier: Apache-2.0
//! Notices to people that wait to be sent. They hold no secrets.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// A notice that waits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Notice {
    /// Its name.
    pub id: String,
    /// Who is told.
    pub person: PersonId,
    /// What happened.
    pub kind: String,
    /// When.
    pub happened_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i64,
}

/// Files a notice, unless it is filed.
pub async fn put(notice: &Notice, detail: &str, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO notices (id, person, kind, detail, happened_at, next_attempt_at, attempts) \
         VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (id) DO NOTHING",
    )
    .bind(notice.id.as_str())
    .bind(notice.person.as_str())
    .bind(notice.kind.as_str())
    .bind(detail)
    .bind(millis(notice.happened_at))
    .bind(millis(notice.happened_at))
    .execute(db)
    .await?;
    Ok(())
}

/// Takes notices whose turn has come, oldest first, at most `limit`, and puts their next turn off to
/// `again_at`, so that no other process sends them meanwhile.
pub async fn claim(
    now: DateTime<Utc>,
    again_at: DateTime<Utc>,
    limit: i64,
    db: &mut AnyConnection,
) -> Result<Vec<Notice>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, person, kind, happened_at, attempts FROM notices \
         WHERE delivered_at IS NULL AND next_attempt_at <= $1 ORDER BY happened_at, id LIMIT $2",
    )
    .bind(millis(now))
    .bind(limit)
    .fetch_all(&mut *db)
    .await?;
    let mut claimed = Vec::new();
    for row in &rows {
        let row = Columns::of("notices", row);
        let notice = Notice {
            id: row.text("id")?,
            person: row.parsed("person")?,
            kind: row.text("kind")?,
            happened_at: row.time("happened_at")?,
            attempts: row.number("attempts")?,
        };
        let done = sqlx::query(
            "UPDATE notices SET next_attempt_at = $2, attempts = attempts + 1 \
             WHERE id = $1 AND attempts = $3 AND delivered_at IS NULL",
        )
        .bind(notice.id.as_str())
        .bind(millis(again_at))
        .bind(notice.attempts)
        .execute(&mut *db)
        .await?;
        if done.rows_affected() == 1 {
            claimed.push(notice);
        }
    }
    Ok(claimed)
}

/// Notes that a notice was sent, or that it never can be, and why.
pub async fn done(
    id: &str,
    error: Option<&str>,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE notices SET delivered_at = $2, last_error = $3 WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .bind(error)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes a failed attempt and when to try again.
pub async fn failed(
    id: &str,
    error: &str,
    next_attempt_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE notices SET last_error = $2, next_attempt_at = $3 WHERE id = $1")
        .bind(id)
        .bind(error)
        .bind(millis(next_attempt_at))
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets notices of what happened before `before`, sent or not.
pub async fn forget(before: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM notices WHERE happened_at < $1")
        .bind(millis(before))
        .execute(db)
        .await?;
    Ok(())
}
