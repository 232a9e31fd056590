// SPDX-License-Identifier: Apache-2.0
//! Our keys for SAML, sealed, with their certificates.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::rotation::Term;
use crate::saml::keys::{Purpose, Role};

/// A stored key.
#[derive(Debug)]
pub struct KeyRow {
    /// Its id.
    pub id: String,
    /// In which role.
    pub role: Role,
    /// What for.
    pub purpose: Purpose,
    /// The private key, sealed.
    pub sealed: Vec<u8>,
    /// The certificate around the public one.
    pub certificate: Vec<u8>,
    /// From when until when it is there.
    pub term: Term,
}

/// The keys of a role that are not gone.
pub async fn published(
    role: Role,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<KeyRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, purpose, sealed, certificate, published_at, use_from, gone_at FROM saml_keys \
         WHERE role = $1 AND (gone_at IS NULL OR gone_at > $2) ORDER BY published_at, id",
    )
    .bind(role.name())
    .bind(millis(now))
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::of("saml_keys", row);
            Ok(KeyRow {
                id: columns.text("id")?,
                role,
                purpose: Purpose::named(&columns.text("purpose")?).ok_or_else(|| columns.bad("purpose"))?,
                sealed: columns.bytes("sealed")?,
                certificate: columns.bytes("certificate")?,
                term: Term {
                    published_at: columns.time("published_at")?,
                    use_from: columns.time("use_from")?,
                    gone_at: columns.time_option("gone_at")?,
                },
            })
        })
        .collect()
}

/// Keeps a key.
pub async fn insert(row: &KeyRow, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO saml_keys (id, role, purpose, sealed, certificate, published_at, use_from) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&row.id)
    .bind(row.role.name())
    .bind(row.purpose.name())
    .bind(row.sealed.clone())
    .bind(row.certificate.clone())
    .bind(millis(row.term.published_at))
    .bind(millis(row.term.use_from))
    .execute(db)
    .await?;
    Ok(())
}

/// Dates the end of a key; one that comes sooner stays.
pub async fn retire(id: &str, gone_at: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE saml_keys SET gone_at = $2 WHERE id = $1 AND (gone_at IS NULL OR gone_at > $2)")
        .bind(id)
        .bind(millis(gone_at))
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets keys that are gone.
pub async fn forget_gone(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM saml_keys WHERE gone_at < $1")
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}
