// SPDX-License-Identifier: Apache-2.0
//! By which name a SAML identity provider speaks of a subject in one of its sessions.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// A name in a session.
#[derive(Clone, Copy, Debug)]
pub struct NameRow<'a> {
    /// At which source.
    pub source: &'a SourceId,
    /// Of which subject.
    pub subject: &'a str,
    /// In which session there.
    pub session_index: Option<&'a str>,
    /// The name, for comparison.
    pub name_hash: &'a [u8],
    /// The name, sealed.
    pub sealed: &'a [u8],
    /// When the session ends there.
    pub ends_at: DateTime<Utc>,
}

/// Keeps it; the latest counts.
pub async fn put(row: &NameRow<'_>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO saml_names (source, subject, session_index, name_hash, sealed, ends_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source, subject, session_index) DO UPDATE \
         SET name_hash = excluded.name_hash, sealed = excluded.sealed, ends_at = excluded.ends_at",
    )
    .bind(row.source.as_str())
    .bind(row.subject)
    .bind(row.session_index.unwrap_or_default())
    .bind(row.name_hash.to_vec())
    .bind(row.sealed.to_vec())
    .bind(millis(row.ends_at))
    .execute(db)
    .await?;
    Ok(())
}

/// The sealed name of a subject in a session.
pub async fn of_subject(
    source: &SourceId,
    subject: &str,
    session_index: Option<&str>,
    db: &mut AnyConnection,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query(
        "SELECT sealed FROM saml_names WHERE source = $1 AND subject = $2 AND session_index = $3",
    )
    .bind(source.as_str())
    .bind(subject)
    .bind(session_index.unwrap_or_default())
    .fetch_optional(db)
    .await?;
    row.map(|row| Columns::of("saml_names", &row).bytes("sealed"))
        .transpose()
}

/// The subjects, and their sessions there, that go by a name: of these sessions, or of all.
pub async fn by_name(
    source: &SourceId,
    name_hash: &[u8],
    sessions: &[String],
    db: &mut AnyConnection,
) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let rows = sqlx::query(
        "SELECT subject, session_index FROM saml_names WHERE source = $1 AND name_hash = $2 \
         ORDER BY subject, session_index",
    )
    .bind(source.as_str())
    .bind(name_hash.to_vec())
    .fetch_all(db)
    .await?;
    let mut found = Vec::new();
    for row in &rows {
        let row = Columns::of("saml_names", row);
        let index = Some(row.text("session_index")?).filter(|index| !index.is_empty());
        let is_named = index.as_ref().is_some_and(|index| sessions.contains(index));
        if sessions.is_empty() || is_named {
            found.push((row.text("subject")?, index));
        }
    }
    Ok(found)
}

/// Forgets names of sessions that are over.
pub async fn forget_ended(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM saml_names WHERE ends_at < $1")
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}
