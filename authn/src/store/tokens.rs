// SPDX-License-Identifier: Apache-2.0
//! Access tokens of people, by id: kept so that they can be revoked.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{StoreError, millis};
use crate::session::SessionId;

/// Keeps a token that was issued.
pub async fn insert(
    id: &str,
    grant: &str,
    session: &SessionId,
    client: &str,
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO access_tokens (id, grant_id, session, client, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(grant)
    .bind(session.as_str())
    .bind(client)
    .bind(millis(expires_at))
    .execute(db)
    .await?;
    Ok(())
}

/// Revokes one token of `client`.
pub async fn revoke(
    id: &str,
    client: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE access_tokens SET revoked_at = $3 WHERE id = $1 AND client = $2 AND revoked_at IS NULL",
    )
    .bind(id)
    .bind(client)
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// Revokes all that one grant issued.
pub async fn revoke_grant(grant: &str, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE access_tokens SET revoked_at = $2 WHERE grant_id = $1 AND revoked_at IS NULL")
        .bind(grant)
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}

/// Revokes all tokens of a session.
pub async fn revoke_session(
    session: &SessionId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE access_tokens SET revoked_at = $2 WHERE session = $1 AND revoked_at IS NULL")
        .bind(session.as_str())
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}

/// Revokes all tokens of a session at one client.
pub async fn revoke_at_client(
    session: &SessionId,
    client: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE access_tokens SET revoked_at = $3 WHERE session = $1 AND client = $2 AND revoked_at IS NULL",
    )
    .bind(session.as_str())
    .bind(client)
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets tokens that expired before `before`.
pub async fn forget_expired(before: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM access_tokens WHERE expires_at < $1")
        .bind(millis(before))
        .execute(db)
        .await?;
    Ok(())
}
