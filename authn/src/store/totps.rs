// SPDX-License-Identifier: Apache-2.0
//! Code generators, one per person: the sealed secret and the last step that was accepted.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// Sets or replaces a code generator; `step` is the one that proved its enrolment.
pub async fn put(
    person: &PersonId,
    sealed: &[u8],
    step: i64,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO totps (person, secret, last_step, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, \
         last_step = excluded.last_step, created_at = excluded.created_at, withdrawn_at = NULL",
    )
    .bind(person.as_str())
    .bind(sealed.to_vec())
    .bind(step)
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// The sealed secret, if the person has a code generator that counts.
pub async fn sealed(person: &PersonId, db: &mut AnyConnection) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query("SELECT secret FROM totps WHERE person = $1 AND withdrawn_at IS NULL")
        .bind(person.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| Columns::of("totps", &row).bytes("secret"))
        .transpose()
}

/// When the code generator was bound and last used, if the person has one that counts.
pub async fn times(
    person: &PersonId,
    db: &mut AnyConnection,
) -> Result<Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, StoreError> {
    let row =
        sqlx::query("SELECT created_at, last_used_at FROM totps WHERE person = $1 AND withdrawn_at IS NULL")
            .bind(person.as_str())
            .fetch_optional(db)
            .await?;
    row.map(|row| {
        let row = Columns::of("totps", &row);
        Ok((row.time("created_at")?, row.time_option("last_used_at")?))
    })
    .transpose()
}

/// Whether a password has to be followed by a security code. That is so also after the code generator was
/// withdrawn: a password that was not enough does not become enough by it.
pub async fn is_asked(person: &PersonId, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS known FROM totps WHERE person = $1")
        .bind(person.as_str())
        .fetch_one(db)
        .await?;
    Ok(Columns::of("totps", &row).number("known")? > 0)
}

/// Takes a code generator for good for nothing: its secret is gone, and is asked for.
pub async fn withdraw(
    person: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE totps SET secret = $2, withdrawn_at = $3 WHERE person = $1 AND withdrawn_at IS NULL",
    )
    .bind(person.as_str())
    .bind(Vec::new())
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Accepts `step` if it is later than every step accepted before (compare-and-set). `false`: the
/// code was used already, here or on another process.
pub async fn accept_step(
    person: &PersonId,
    step: i64,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE totps SET last_step = $2, last_used_at = $3 WHERE person = $1 AND last_step < $4",
    )
    .bind(person.as_str())
    .bind(step)
    .bind(millis(now))
    .bind(step)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the code generator away.
pub async fn remove(person: &PersonId, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM totps WHERE person = $1")
        .bind(person.as_str())
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}
