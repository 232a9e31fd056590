// SPDX-License-Identifier: Apache-2.0
//! Logout messages that clients have yet to hear. Written in the transaction that ends the
//! session, so that none is lost; sent again until heard.

use chrono::{DateTime, Utc};
use countersign_directory::store::sql;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::session::Sid;

/// By which protocol a client is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// OpenID Connect Back-Channel Logout 1.0.
    Openid,
    /// SAML, by SOAP.
    Saml,
}

impl Protocol {
    /// As it is stored.
    fn name(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Saml => "saml",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Openid, Self::Saml]
            .into_iter()
            .find(|protocol| protocol.name() == name)
    }
}

/// A message that waits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Notice {
    /// Its name; the `jti` of its token.
    pub id: String,
    /// The client to tell.
    pub client: String,
    /// How.
    pub protocol: Protocol,
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
        "INSERT INTO logout_outbox (id, client, uri, sid, sub, created_at, next_attempt_at, protocol, attempts) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
    )
    .bind(notice.id.as_str())
    .bind(notice.client.as_str())
    .bind(notice.uri.as_str())
    .bind(notice.sid.as_str())
    .bind(notice.sub.as_str())
    .bind(millis(now))
    .bind(millis(now))
    .bind(notice.protocol.name())
    .execute(db)
    .await?;
    Ok(())
}

/// Messages whose turn has come, oldest first, at most `limit`; none is taken.
pub async fn due(now: DateTime<Utc>, limit: i64, db: &mut AnyConnection) -> Result<Vec<Notice>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, client, uri, sid, sub, attempts, protocol FROM logout_outbox \
         WHERE delivered_at IS NULL AND next_attempt_at <= $1 ORDER BY created_at, id LIMIT $2",
    )
    .bind(millis(now))
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| read(&Columns::of("logout_outbox", row)))
        .collect()
}

/// Takes messages whose turn has come, oldest first, at most `limit` and for none of the `busy` clients, and puts
/// them off until `until`: nobody else takes them before, and whoever dies with them leaves them to others.
/// Of each client at most `each`, so that one that does not answer keeps nobody else's messages waiting.
pub async fn claim(
    busy: &[&str],
    each: i64,
    limit: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<Notice>, StoreError> {
    let others = if busy.is_empty() {
        String::new()
    } else {
        format!("AND client NOT IN ({})", sql::places(5, busy.len()))
    };
    let text = format!(
        "UPDATE logout_outbox SET next_attempt_at = $4 WHERE next_attempt_at <= $1 AND id IN \
         (SELECT id FROM (SELECT id, created_at, ROW_NUMBER() OVER (PARTITION BY client ORDER BY created_at, id) \
         AS place FROM logout_outbox WHERE delivered_at IS NULL AND next_attempt_at <= $1 {others}) AS due \
         WHERE place <= $2 ORDER BY created_at, id LIMIT $3) \
         RETURNING id, client, uri, sid, sub, attempts, protocol"
    );
    let mut query = sqlx::query(sql::statement(text))
        .bind(millis(now))
        .bind(each)
        .bind(limit)
        .bind(millis(until));
    for client in busy {
        query = query.bind(*client);
    }
    let rows = query.fetch_all(db).await?;
    rows.iter()
        .map(|row| read(&Columns::of("logout_outbox", row)))
        .collect()
}

/// Puts off what waits for a session at a client: it may yet hear another way.
pub async fn put_off(sid: &Sid, until: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE logout_outbox SET next_attempt_at = $2 WHERE sid = $1 AND delivered_at IS NULL")
        .bind(sid.as_str())
        .bind(millis(until))
        .execute(db)
        .await?;
    Ok(())
}

/// What waits for a session at a client.
pub async fn of_session(sid: &Sid, db: &mut AnyConnection) -> Result<Vec<Notice>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, client, uri, sid, sub, attempts, protocol FROM logout_outbox \
         WHERE sid = $1 AND delivered_at IS NULL ORDER BY id",
    )
    .bind(sid.as_str())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| read(&Columns::of("logout_outbox", row)))
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

fn read(row: &Columns<'_>) -> Result<Notice, StoreError> {
    Ok(Notice {
        id: row.text("id")?,
        client: row.text("client")?,
        protocol: Protocol::named(&row.text("protocol")?).ok_or_else(|| row.bad("protocol"))?,
        uri: row.text("uri")?,
        sid: Sid::from_text(row.text("sid")?),
        sub: row.text("sub")?,
        attempts: row.number("attempts")?,
    })
}
