// SPDX-License-Identifier: Apache-2.0
//! One-time enrolment links, by hash.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// Keeps a link.
pub async fn put(
    hash: &[u8],
    person: &PersonId,
    is_capped: bool,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO enrolment_links (hash, person, capped, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(hash.to_vec())
    .bind(person.as_str())
    .bind(i64::from(is_capped))
    .bind(millis(now))
    .bind(millis(expires_at))
    .execute(db)
    .await?;
    Ok(())
}

/// Whose link this is, if it can still be used.
pub async fn person(
    hash: &[u8],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<PersonId>, StoreError> {
    let row = sqlx::query(
        "SELECT person FROM enrolment_links \
         WHERE hash = $1 AND used_at IS NULL AND expires_at >= $2",
    )
    .bind(hash.to_vec())
    .bind(millis(now))
    .fetch_optional(db)
    .await?;
    row.map(|row| Columns::of("enrolment_links", &row).parsed("person"))
        .transpose()
}

/// Whether what is bound with a link stays below aal3. An unknown link says yes.
pub async fn is_capped(hash: &[u8], db: &mut AnyConnection) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT capped FROM enrolment_links WHERE hash = $1")
        .bind(hash.to_vec())
        .fetch_optional(db)
        .await?;
    row.map_or(Ok(true), |row| {
        Columns::of("enrolment_links", &row).flag("capped")
    })
}

/// Uses a link up (compare-and-set). `None`: unknown, expired, or used before.
pub async fn redeem(
    hash: &[u8],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<PersonId>, StoreError> {
    let row = sqlx::query(
        "UPDATE enrolment_links SET used_at = $2 \
         WHERE hash = $1 AND used_at IS NULL AND expires_at >= $3 RETURNING person",
    )
    .bind(hash.to_vec())
    .bind(millis(now))
    .bind(millis(now))
    .fetch_optional(db)
    .await?;
    row.map(|row| Columns::of("enrolment_links", &row).parsed("person"))
        .transpose()
}

/// Makes every unused link of a person worthless.
pub async fn void(person: &PersonId, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE enrolment_links SET used_at = $2 WHERE person = $1 AND used_at IS NULL")
        .bind(person.as_str())
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}

/// Makes every unused link of a person worthless that a recovery code was given for.
pub async fn void_capped(
    person: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE enrolment_links SET used_at = $2 WHERE person = $1 AND used_at IS NULL AND capped = 1",
    )
    .bind(person.as_str())
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}
