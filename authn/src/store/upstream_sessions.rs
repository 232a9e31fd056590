// SPDX-License-Identifier: Apache-2.0
//! Which of our sessions came from which of a source's, and messages of sources that were taken.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::session::SessionId;
use crate::upstream::link::Identity;

/// A session of ours and where it came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CameFrom {
    /// Who she is there.
    pub identity: Identity,
    /// The source's own name of its session.
    pub upstream: Option<String>,
    /// The ID token by which she came, sealed, where the source's record says that it is kept.
    pub id_token: Option<Vec<u8>>,
}

/// Notes where a session came from; the latest word of a source counts.
pub async fn put(session: &SessionId, from: &CameFrom, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO upstream_sessions (session, source, issuer, subject, upstream, id_token) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (session, source) DO UPDATE SET issuer = excluded.issuer, \
         subject = excluded.subject, upstream = excluded.upstream, id_token = excluded.id_token",
    )
    .bind(session.as_str())
    .bind(from.identity.source.as_str())
    .bind(from.identity.issuer.as_str())
    .bind(from.identity.subject.as_str())
    .bind(from.upstream.clone())
    .bind(from.id_token.clone())
    .execute(db)
    .await?;
    Ok(())
}

/// Where a session came from.
pub async fn of_session(session: &SessionId, db: &mut AnyConnection) -> Result<Vec<CameFrom>, StoreError> {
    let rows = sqlx::query("SELECT * FROM upstream_sessions WHERE session = $1 ORDER BY source")
        .bind(session.as_str())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| {
            let row = Columns::of("upstream_sessions", row);
            Ok(CameFrom {
                identity: Identity {
                    source: row.parsed("source")?,
                    issuer: row.text("issuer")?,
                    subject: row.text("subject")?,
                },
                upstream: row.text_option("upstream")?,
                id_token: row.bytes_option("id_token")?,
            })
        })
        .collect()
}

/// The sessions that came from a subject at a source, from one session there, or from both.
pub async fn that_came_from(
    source: &SourceId,
    issuer: &str,
    subject: Option<&str>,
    upstream: Option<&str>,
    db: &mut AnyConnection,
) -> Result<Vec<SessionId>, StoreError> {
    let rows = sqlx::query("SELECT session, subject, upstream FROM upstream_sessions WHERE source = $1 AND issuer = $2 AND (subject = $3 OR upstream = $4) ORDER BY session")
        .bind(source.as_str())
        .bind(issuer)
        .bind(subject.unwrap_or_default())
        .bind(upstream.unwrap_or_default())
        .fetch_all(db)
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        let row = Columns::of("upstream_sessions", row);
        let is_hers = match subject {
            Some(subject) => row.text("subject")? == subject,
            None => true,
        };
        let is_that_one = match upstream {
            Some(upstream) => row.text_option("upstream")?.as_deref() == Some(upstream),
            None => true,
        };
        if is_hers && is_that_one {
            found.push(SessionId::from_text(row.text("session")?));
        }
    }
    Ok(found)
}

/// Takes a message by its name. `false`: it was taken before, here or by another process.
pub async fn take_message(
    source: &SourceId,
    name_hash: &[u8],
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO upstream_messages (source, name_hash, expires_at) VALUES ($1, $2, $3) \
         ON CONFLICT (source, name_hash) DO NOTHING",
    )
    .bind(source.as_str())
    .bind(name_hash.to_vec())
    .bind(millis(expires_at))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets messages that have run out, and where sessions came from that are no more.
pub async fn forget(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM upstream_messages WHERE expires_at < $1")
        .bind(millis(now))
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "DELETE FROM upstream_sessions WHERE session IN \
         (SELECT id FROM sessions WHERE ended_at IS NOT NULL)",
    )
    .execute(db)
    .await?;
    Ok(())
}
