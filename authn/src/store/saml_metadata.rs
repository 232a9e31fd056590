// SPDX-License-Identifier: Apache-2.0
//! Metadata of SAML identity providers that was fetched: the last good copy, and one that waits for
//! somebody's approval. What was fetched under another agreement than the one that counts is not there.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::secret::sha256;
use crate::upstream::saml::peer::Agreement;

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

/// As much of it as tells whether a copy that was read before is still the one that counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// SHA-256 of the document.
    pub hash: Vec<u8>,
    /// Whether a later one waits.
    pub waits: bool,
}

/// That of a source, as it was fetched under `agreed`.
pub async fn of(agreed: &Agreement, db: &mut AnyConnection) -> Result<Option<MetadataRow>, StoreError> {
    let row = sqlx::query(
        "SELECT document, fetched_at, pending, pending_why, warned_at FROM saml_metadata \
         WHERE source = $1 AND agreement = $2",
    )
    .bind(agreed.source().as_str())
    .bind(agreed.hash().to_vec())
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

/// How that of a source stands, without the documents.
pub async fn standing(agreed: &Agreement, db: &mut AnyConnection) -> Result<Option<Standing>, StoreError> {
    let row = sqlx::query(
        "SELECT document_hash, pending_why FROM saml_metadata WHERE source = $1 AND agreement = $2",
    )
    .bind(agreed.source().as_str())
    .bind(agreed.hash().to_vec())
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let row = Columns::of("saml_metadata", &row);
        Ok(Standing {
            hash: row.bytes("document_hash")?,
            waits: row.text_option("pending_why")?.is_some(),
        })
    })
    .transpose()
}

/// Keeps it, in the place of whatever was fetched for the source before.
pub async fn put(agreed: &Agreement, row: &MetadataRow, db: &mut AnyConnection) -> Result<(), StoreError> {
    let (pending, why) = row.pending.clone().unzip();
    sqlx::query(
        "INSERT INTO saml_metadata (source, agreement, document, document_hash, fetched_at, pending, pending_why, \
         warned_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (source) DO UPDATE SET \
         agreement = excluded.agreement, document = excluded.document, document_hash = excluded.document_hash, \
         fetched_at = excluded.fetched_at, pending = excluded.pending, pending_why = excluded.pending_why, \
         warned_at = excluded.warned_at",
    )
    .bind(agreed.source().as_str())
    .bind(agreed.hash().to_vec())
    .bind(&row.document)
    .bind(sha256(row.document.as_bytes()))
    .bind(millis(row.fetched_at))
    .bind(pending)
    .bind(why)
    .bind(millis(row.warned_at))
    .execute(db)
    .await?;
    Ok(())
}

/// `pending`, and no other document, counts from now on. `false`: it does not wait any more.
pub async fn approve(agreed: &Agreement, pending: &str, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE saml_metadata SET document = pending, document_hash = $4, pending = NULL, pending_why = NULL \
         WHERE source = $1 AND agreement = $2 AND pending = $3",
    )
    .bind(agreed.source().as_str())
    .bind(agreed.hash().to_vec())
    .bind(pending)
    .bind(sha256(pending.as_bytes()))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that it is to be looked at as if it had been fetched at `moment`, unless it was fetched again since.
pub async fn postpone(
    agreed: &Agreement,
    fetched_at: DateTime<Utc>,
    moment: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE saml_metadata SET fetched_at = $4 WHERE source = $1 AND agreement = $2 AND fetched_at = $3",
    )
    .bind(agreed.source().as_str())
    .bind(agreed.hash().to_vec())
    .bind(millis(fetched_at))
    .bind(millis(moment))
    .execute(db)
    .await?;
    Ok(())
}

/// Notes a warning. `false`: another process warned meanwhile, or there is nothing to warn of any more.
pub async fn warned(
    agreed: &Agreement,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE saml_metadata SET warned_at = $4 WHERE source = $1 AND agreement = $2 AND warned_at = $3",
    )
    .bind(agreed.source().as_str())
    .bind(agreed.hash().to_vec())
    .bind(millis(before))
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets it, with the source.
pub async fn remove(source: &SourceId, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM saml_metadata WHERE source = $1")
        .bind(source.as_str())
        .execute(db)
        .await?;
    Ok(())
}
