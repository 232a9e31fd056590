// SPDX-License-Identifier: Apache-2.0
//! Consecutive failures per subject and authenticator. The subject is what was typed, so unknown
//! names count like known ones.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// Failures in a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Failures {
    /// How many.
    pub count: i64,
    /// The last of them.
    pub last_at: DateTime<Utc>,
}

/// The failures in a row, if there are any.
pub async fn failures(
    subject: &str,
    authenticator: &str,
    db: &mut AnyConnection,
) -> Result<Option<Failures>, StoreError> {
    // Attempts on one authenticator take turns, so that a burst of guesses does not outrun the brake.
    sqlx::query("UPDATE lockouts SET failures = failures WHERE subject = $1 AND authenticator = $2")
        .bind(subject)
        .bind(authenticator)
        .execute(&mut *db)
        .await?;
    let row = sqlx::query(
        "SELECT failures, last_failure_at FROM lockouts WHERE subject = $1 AND authenticator = $2",
    )
    .bind(subject)
    .bind(authenticator)
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let row = Columns::of("lockouts", &row);
        Ok(Failures {
            count: row.number("failures")?,
            last_at: row.time("last_failure_at")?,
        })
    })
    .transpose()
}

/// How many failures in a row there are, for lists: nothing is judged by it.
pub async fn count(subject: &str, authenticator: &str, db: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT failures FROM lockouts WHERE subject = $1 AND authenticator = $2")
        .bind(subject)
        .bind(authenticator)
        .fetch_optional(db)
        .await?;
    row.map_or(Ok(0), |row| Columns::of("lockouts", &row).number("failures"))
}

/// Adds a failure and returns how many there are in a row now.
pub async fn add(
    subject: &str,
    authenticator: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "INSERT INTO lockouts (subject, authenticator, failures, last_failure_at) \
         VALUES ($1, $2, 1, $3) ON CONFLICT (subject, authenticator) DO UPDATE \
         SET failures = lockouts.failures + 1, last_failure_at = excluded.last_failure_at \
         RETURNING failures",
    )
    .bind(subject)
    .bind(authenticator)
    .bind(millis(now))
    .fetch_one(db)
    .await?;
    Columns::of("lockouts", &row).number("failures")
}

/// Forgets the failures: a success, or a new authenticator.
pub async fn clear(subject: &str, authenticator: &str, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM lockouts WHERE subject = $1 AND authenticator = $2")
        .bind(subject)
        .bind(authenticator)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets failures of names without an account, older than `before`, so that strangers cannot
/// fill the store.
pub async fn forget_strangers(before: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM lockouts WHERE last_failure_at < $1 \
         AND subject NOT IN (SELECT person FROM accounts)",
    )
    .bind(millis(before))
    .execute(db)
    .await?;
    Ok(())
}
