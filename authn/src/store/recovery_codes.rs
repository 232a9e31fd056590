// SPDX-License-Identifier: Apache-2.0
//! Saved recovery codes, by keyed hash.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// Replaces a person's codes.
pub async fn replace(
    person: &PersonId,
    hashes: &[Vec<u8>],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    remove(person, db).await?;
    for hash in hashes {
        sqlx::query("INSERT INTO recovery_codes (hash, person, created_at) VALUES ($1, $2, $3)")
            .bind(hash.clone())
            .bind(person.as_str())
            .bind(millis(now))
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// How many a person has left, and how many she got.
pub async fn left(person: &PersonId, db: &mut AnyConnection) -> Result<(i64, i64), StoreError> {
    let row =
        sqlx::query("SELECT COUNT(*) AS got, COUNT(used_at) AS used FROM recovery_codes WHERE person = $1")
            .bind(person.as_str())
            .fetch_one(db)
            .await?;
    let row = Columns::of("recovery_codes", &row);
    let got = row.number("got")?;
    Ok((got - row.number("used")?, got))
}

/// When a person's codes were made, and one of them was last used, if she has any.
pub async fn times(
    person: &PersonId,
    db: &mut AnyConnection,
) -> Result<Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, StoreError> {
    let rows = sqlx::query("SELECT created_at, used_at FROM recovery_codes WHERE person = $1")
        .bind(person.as_str())
        .fetch_all(db)
        .await?;
    let mut times = None;
    for row in &rows {
        let row = Columns::of("recovery_codes", row);
        let (made, used) = (row.time("created_at")?, row.time_option("used_at")?);
        let latest = times.and_then(|(_, latest)| latest);
        times = Some((made, used.max(latest)));
    }
    Ok(times)
}

/// Uses a code of a person up (compare-and-set). `false`: it is none of hers, or was used before.
pub async fn take(
    person: &PersonId,
    hash: &[u8],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE recovery_codes SET used_at = $3 WHERE hash = $1 AND person = $2 AND used_at IS NULL",
    )
    .bind(hash.to_vec())
    .bind(person.as_str())
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a person's codes away.
pub async fn remove(person: &PersonId, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_codes WHERE person = $1")
        .bind(person.as_str())
        .execute(db)
        .await?;
    Ok(())
}
