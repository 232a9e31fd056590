// SPDX-License-Identifier: Apache-2.0
//! Ids of SAML assertions and messages that were used, until they would have run out.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use sqlx::AnyConnection;

use super::{StoreError, millis};

/// Uses an id up. `false`: it was used before, here or on another process.
pub async fn use_up(
    source: &SourceId,
    id_hash: &[u8],
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO saml_used (source, id_hash, expires_at) VALUES ($1, $2, $3) \
         ON CONFLICT (source, id_hash) DO NOTHING",
    )
    .bind(source.as_str())
    .bind(id_hash.to_vec())
    .bind(millis(expires_at))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets ids that can no longer be used.
pub async fn forget_expired(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM saml_used WHERE expires_at < $1")
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}
