// SPDX-License-Identifier: Apache-2.0
//! Access tokens of people, by id: kept so that they can be revoked.

use chrono::{DateTime, Utc};
use countersign_directory::store::sql;
use sqlx::AnyConnection;

use super::{StoreError, millis};
use crate::session::SessionId;

/// A token that was issued.
#[derive(Debug)]
pub struct Issued {
    /// Its name.
    pub id: String,
    /// What it has in common with others.
    pub grant: String,
    /// The session that it lives by.
    pub session: SessionId,
    /// To whom it was given.
    pub client: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Keeps tokens that were issued.
pub async fn insert<'a>(
    tokens: impl IntoIterator<Item = &'a Issued>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let tokens: Vec<&Issued> = tokens.into_iter().collect();
    for tokens in tokens.chunks(sql::batch(5)) {
        let text = format!(
            "INSERT INTO access_tokens (id, grant_id, session, client, expires_at) VALUES {}",
            sql::rows(tokens.len(), 5)
        );
        let mut query = sqlx::query(sql::statement(text));
        for token in tokens {
            query = query
                .bind(token.id.as_str())
                .bind(token.grant.as_str())
                .bind(token.session.as_str())
                .bind(token.client.as_str())
                .bind(millis(token.expires_at));
        }
        query.execute(&mut *db).await?;
    }
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
