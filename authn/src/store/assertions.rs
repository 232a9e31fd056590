// SPDX-License-Identifier: Apache-2.0
//! Names of client assertions that were used, until they would have run out.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{StoreError, millis};

/// Uses an assertion up. `false`: it was used before, here or on another process.
pub async fn use_up(
    client: &str,
    jti_hash: &[u8],
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO client_assertions (client, jti_hash, expires_at) VALUES ($1, $2, $3) \
         ON CONFLICT (client, jti_hash) DO NOTHING",
    )
    .bind(client)
    .bind(jti_hash.to_vec())
    .bind(millis(expires_at))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets assertions that can no longer be used.
pub async fn forget_expired(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM client_assertions WHERE expires_at < $1")
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}
