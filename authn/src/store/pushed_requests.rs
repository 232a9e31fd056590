// SPDX-License-Identifier: Apache-2.0
//! Pushed authorization requests, by the hash of their name.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// Keeps a request.
pub async fn insert(
    hash: &[u8],
    client: &str,
    parameters: &str,
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO pushed_requests (hash, client, parameters, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(hash.to_vec())
        .bind(client)
        .bind(parameters)
        .bind(millis(expires_at))
        .execute(db)
        .await?;
    Ok(())
}

/// Takes a request of `client` out, if it is there and has not run out.
pub async fn take(
    hash: &[u8],
    client: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query(
        "DELETE FROM pushed_requests WHERE hash = $1 AND client = $2 AND expires_at > $3 RETURNING parameters",
    )
    .bind(hash.to_vec())
    .bind(client)
    .bind(millis(now))
    .fetch_optional(db)
    .await?;
    row.map(|row| Columns::of("pushed_requests", &row).text("parameters"))
        .transpose()
}

/// Forgets requests that nobody used in time.
pub async fn forget_expired(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM pushed_requests WHERE expires_at < $1")
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}
