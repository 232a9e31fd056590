// SPDX-License-Identifier: Apache-2.0
//! Logout messages that clients have yet to hear. Written in the transaction that ends the
//! session, so that none is lost; sent again until heard.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::session::Sid;

/// A message that waits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Notice {
    /// Its name; the `jti` of its token.
    pub id: String,
    /// The client to tell.
    pub client: String,
    /// Where it listens.
    pub uri: String,
    /// The session's name there.
    pub sid: Sid,
    /// The subject's name there.
    pub sub: String,
    /// How often it was tried.
    pub attempts: i64,
}

/// Puts a message into the outbox.
pub async fn put(notice: &Notice, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO logout_outbox (id, client, uri, sid, sub, created_at, next_attempt_at, attempts) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
    )
    .bind(notice.id.as_str())
    .bind(notice.client.as_str())
    .bind(notice.uri.as_str())
    .bind(notice.sid.as_str())
    .bind(notice.sub.as_str())
    .bind(millis(now))
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// Messages whose turn has come, oldest first, at most `limit`.
pub async fn due(now: DateTime<Utc>, limit: i64, db: &mut AnyConnection) -> Result<Vec<Notice>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, client, uri, sid, sub, attempts FROM logout_outbox \
         WHERE delivered_at IS NULL AND next_attempt_at <= $1 ORDER BY created_at, id LIMIT $2",
    )
    .bind(millis(now))
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let row = Columns::of("logout_outbox", row);
            Ok(Notice {
                id: row.text("id")?,
                client: row.text("client")?,
                uri: row.text("uri")?,
                sid: Sid::from_text(row.text("sid")?),
                sub: row.text("sub")?,
                attempts: row.number("attempts")?,
            })
        })
        .collect()
}

/// Notes that a message was heard.
pub async fn delivered(id: &str, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE logout_outbox SET delivered_at = $2, last_error = NULL WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}

/// Notes a failed attempt and when to try again.
pub async fn failed(
    id: &str,
    error: &str,
    next_attempt_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE logout_outbox SET attempts = attempts + 1, last_error = $2, next_attempt_at = $3 \
         WHERE id = $1",
    )
    .bind(id)
    .bind(error)
    .bind(millis(next_attempt_at))
    .execute(db)
    .await?;
    Ok(())
}
