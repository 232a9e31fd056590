// SPDX-License-Identifier: Apache-2.0
//! Metadata of SAML identity providers that was fetched: the last good copy, and one that waits for
//! somebody's approval.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// Metadata of a source.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MetadataRow {
    /// The last good copy.
    pub document: String,
    /// When it was last fetched.
    pub fetched_at: DateTime<Utc>,
    /// A later one that waits, and why.
    pub pending: Option<(String, String)>,
    /// When somebody was last warned.
    pub warned_at: DateTime<Utc>,
}

/// That of a source.
pub async fn of(source: &SourceId, db: &mut AnyConnection) -> Result<Option<MetadataRow>, StoreError> {
    let row = sqlx::query(
        "SELECT document, fetched_at, pending, pending_why, warned_at FROM saml_metadata WHERE source = $1",
    )
    .bind(source.as_str())
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let row = Columns::of("saml_metadata", &row);
        let pending = match (row.text_option("pending")?, row.text_option("pending_why")?) {
            (Some(document), Some(why)) => Some((document, why)),
            (None, None) => None,
            _ => return Err(row.bad("pending_why")),
        };
        Ok(MetadataRow {
            document: row.text("document")?,
            fetched_at: row.time("fetched_at")?,
            pending,
            warned_at: row.time("warned_at")?,
        })
    })
    .transpose()
}

/// Keeps it.
pub async fn put(source: &SourceId, row: &MetadataRow, db: &mut AnyConnection) -> Result<(), StoreError> {
    let (pending, why) = row.pending.clone().unzip();
    sqlx::query(
        "INSERT INTO saml_metadata (source, document, fetched_at, pending, pending_why, warned_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source) DO UPDATE SET document = excluded.document, \
         fetched_at = excluded.fetched_at, pending = excluded.pending, pending_why = excluded.pending_why, \
         warned_at = excluded.warned_at",
    )
    .bind(source.as_str())
    .bind(&row.document)
    .bind(millis(row.fetched_at))
    .bind(pending)
    .bind(why)
    .bind(millis(row.warned_at))
    .execute(db)
    .await?;
    Ok(())
}

/// What waits counts from now on. Returns why it had to wait; none: nothing does.
pub async fn approve(source: &SourceId, db: &mut AnyConnection) -> Result<Option<String>, StoreError> {
    let Some(mut row) = of(source, db).await? else {
        return Ok(None);
    };
    let Some((document, why)) = row.pending.take() else {
        return Ok(None);
    };
    row.document = document;
    put(source, &row, db).await?;
    Ok(Some(why))
}

/// Forgets it, with the source.
pub async fn remove(source: &SourceId, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM saml_metadata WHERE source = $1")
        .bind(source.as_str())
        .execute(db)
        .await?;
    Ok(())
}
