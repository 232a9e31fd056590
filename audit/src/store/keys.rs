// SPDX-License-Identifier: Apache-2.0
//! The seeds of the keys that sign checkpoints, sealed by the caller.

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Row};

use super::StoreError;

/// The sealed seed of `origin`'s key.
pub async fn load(origin: &str, db: &mut AnyConnection) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query("SELECT sealed FROM audit_keys WHERE origin = $1")
        .bind(origin)
        .fetch_optional(db)
        .await?;
    row.map(|row| Ok(row.try_get("sealed")?)).transpose()
}

/// The name under which the record was signed last.
pub async fn newest(db: &mut AnyConnection) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT origin FROM audit_keys ORDER BY created_at DESC, origin LIMIT 1")
        .fetch_optional(db)
        .await?;
    row.map(|row| Ok(row.try_get("origin")?)).transpose()
}

/// Keeps a new key, unless another process was first; the one that is kept then.
pub async fn keep(
    origin: &str,
    sealed: &[u8],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<u8>, StoreError> {
    let row = sqlx::query(
        "INSERT INTO audit_keys (origin, sealed, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (origin) DO UPDATE SET origin = excluded.origin RETURNING sealed",
    )
    .bind(origin)
    .bind(sealed)
    .bind(now.timestamp_millis())
    .fetch_one(db)
    .await?;
    Ok(row.try_get("sealed")?)
}
