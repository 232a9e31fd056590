// SPDX-License-Identifier: Apache-2.0
//! Authorization codes, by hash. A used code stays until it would have expired, so that a second
//! use is recognised.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, json_text, millis};
use crate::oidc::code::BoundTo;

/// A code as found.
#[derive(Clone, Debug)]
pub struct CodeRow {
    /// The grant: what its tokens have in common.
    pub grant: String,
    /// What it was issued for.
    pub bound_to: BoundTo,
    /// Its end.
    pub expires_at: DateTime<Utc>,
    /// When it was used, if it was.
    pub used_at: Option<DateTime<Utc>>,
}

/// Keeps a new code.
pub async fn insert(
    hash: &[u8],
    grant: &str,
    bound_to: &BoundTo,
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO codes (hash, grant_id, bound_to, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(hash.to_vec())
        .bind(grant)
        .bind(json_text(bound_to))
        .bind(millis(expires_at))
        .execute(db)
        .await?;
    Ok(())
}

/// The code with this hash, used or not.
pub async fn by_hash(hash: &[u8], db: &mut AnyConnection) -> Result<Option<CodeRow>, StoreError> {
    let row = sqlx::query("SELECT grant_id, bound_to, expires_at, used_at FROM codes WHERE hash = $1")
        .bind(hash.to_vec())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        let row = Columns::of("codes", &row);
        Ok(CodeRow {
            grant: row.text("grant_id")?,
            bound_to: row.json("bound_to")?,
            expires_at: row.time("expires_at")?,
            used_at: row.time_option("used_at")?,
        })
    })
    .transpose()
}

/// Uses a code up (compare-and-set). `false`: it was used before.
pub async fn use_up(hash: &[u8], now: DateTime<Utc>, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE codes SET used_at = $2 WHERE hash = $1 AND used_at IS NULL")
        .bind(hash.to_vec())
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets codes that expired before `before`.
pub async fn forget_expired(before: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM codes WHERE expires_at < $1")
        .bind(millis(before))
        .execute(db)
        .await?;
    Ok(())
}
