// SPDX-License-Identifier: Apache-2.0
//! Password hashes, one per person, as PHC strings.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// Sets or replaces a password.
pub async fn put(
    person: &PersonId,
    hash: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO passwords (person, hash, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at",
    )
    .bind(person.as_str())
    .bind(hash)
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// The hash, if the person has a password.
pub async fn hash(person: &PersonId, db: &mut AnyConnection) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT hash FROM passwords WHERE person = $1")
        .bind(person.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| Columns::of("passwords", &row).text("hash"))
        .transpose()
}

/// When the password was set and last used, if the person has one.
pub async fn times(
    person: &PersonId,
    db: &mut AnyConnection,
) -> Result<Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, StoreError> {
    let row = sqlx::query("SELECT created_at, last_used_at FROM passwords WHERE person = $1")
        .bind(person.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        let row = Columns::of("passwords", &row);
        Ok((row.time("created_at")?, row.time_option("last_used_at")?))
    })
    .transpose()
}

/// Sets another password in place of the one that the person has. `false`: she has none.
pub async fn replace(
    person: &PersonId,
    hash: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE passwords SET hash = $2, created_at = $3 WHERE person = $1")
        .bind(person.as_str())
        .bind(hash)
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Replaces a hash by one of another cost, if it is still the one that was checked.
pub async fn rehash(
    person: &PersonId,
    checked: &str,
    hash: &str,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE passwords SET hash = $3 WHERE person = $1 AND hash = $2")
        .bind(person.as_str())
        .bind(checked)
        .bind(hash)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes a successful use.
pub async fn used(person: &PersonId, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE passwords SET last_used_at = $2 WHERE person = $1")
        .bind(person.as_str())
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}

/// Takes the password away.
pub async fn remove(person: &PersonId, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM passwords WHERE person = $1")
        .bind(person.as_str())
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}
