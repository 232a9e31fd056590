// SPDX-License-Identifier: Apache-2.0
//! Signing keys, their private halves sealed.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, json_text, millis};
use crate::oidc::keys::Algorithm;
use crate::rotation::Term;

/// A signing key as stored.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its name in token headers.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The private key, PKCS#8, sealed.
    pub sealed: Vec<u8>,
    /// The public key as clients see it.
    pub jwk: serde_json::Value,
    /// From when until when it is there.
    pub term: Term,
}

/// Keeps a new key.
pub async fn insert(key: &KeyRow, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO signing_keys (kid, alg, sealed, jwk, published_at, use_from) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(key.kid.as_str())
    .bind(key.algorithm.name())
    .bind(key.sealed.clone())
    .bind(json_text(&key.jwk))
    .bind(millis(key.term.published_at))
    .bind(millis(key.term.use_from))
    .execute(db)
    .await?;
    Ok(())
}

/// All keys that are still published, oldest first.
pub async fn published(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<Vec<KeyRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM signing_keys WHERE gone_at IS NULL OR gone_at > $1 ORDER BY use_from, kid",
    )
    .bind(millis(now))
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let row = Columns::of("signing_keys", row);
            let algorithm = row.text("alg")?;
            Ok(KeyRow {
                kid: row.text("kid")?,
                algorithm: Algorithm::named(&algorithm).ok_or_else(|| row.bad("alg"))?,
                sealed: row.bytes("sealed")?,
                jwk: row.json("jwk")?,
                term: Term {
                    published_at: row.time("published_at")?,
                    use_from: row.time("use_from")?,
                    gone_at: row.time_option("gone_at")?,
                },
            })
        })
        .collect()
}

/// Says when a replaced key leaves the key set.
pub async fn retire(kid: &str, gone_at: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE signing_keys SET gone_at = $2 WHERE kid = $1 AND gone_at IS NULL")
        .bind(kid)
        .bind(millis(gone_at))
        .execute(db)
        .await?;
    Ok(())
}

/// Takes a key out of the key set, whenever it was to leave.
pub async fn withdraw(kid: &str, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE signing_keys SET gone_at = $2 WHERE kid = $1")
        .bind(kid)
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}
