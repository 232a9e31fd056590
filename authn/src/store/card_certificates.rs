// SPDX-License-Identifier: Apache-2.0
//! The certificates of cards by which open sessions were signed in to, so that newer revocation lists can be asked
//! about them.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, json_text, millis};
use crate::factor::card::{Card, Presented};

/// A certificate that somebody signed in with.
#[derive(Clone, Debug)]
pub struct Seen {
    /// SHA-256 of it, hexadecimal.
    pub fingerprint: String,
    /// It, and what came with it.
    pub presented: Presented,
}

/// Notes that somebody signs in with a card.
pub async fn seen(
    person: &PersonId,
    card: &Card,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO card_certificates (fingerprint, person, chain, seen_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (fingerprint) DO UPDATE SET person = excluded.person, chain = excluded.chain, \
         seen_at = excluded.seen_at",
    )
    .bind(card.fingerprint.as_str())
    .bind(person.as_str())
    .bind(json_text(&card.presented))
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// Those that were seen at `since` or later, by fingerprint.
pub async fn seen_since(since: DateTime<Utc>, db: &mut AnyConnection) -> Result<Vec<Seen>, StoreError> {
    let rows = sqlx::query(
        "SELECT fingerprint, chain FROM card_certificates WHERE seen_at >= $1 ORDER BY fingerprint",
    )
    .bind(millis(since))
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            let row = Columns::of("card_certificates", row);
            Ok(Seen {
                fingerprint: row.text("fingerprint")?,
                presented: row.json("chain")?,
            })
        })
        .collect()
}

/// Forgets a certificate, and says who signed in with it.
pub async fn take(fingerprint: &str, db: &mut AnyConnection) -> Result<Option<PersonId>, StoreError> {
    let row = sqlx::query("DELETE FROM card_certificates WHERE fingerprint = $1 RETURNING person")
        .bind(fingerprint)
        .fetch_optional(db)
        .await?;
    row.map(|row| Columns::of("card_certificates", &row).parsed("person"))
        .transpose()
}

/// Forgets those of people who have no session any more.
pub async fn forget(db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM card_certificates WHERE person NOT IN (SELECT person FROM sessions WHERE ended_at IS NULL)",
    )
    .execute(db)
    .await?;
    Ok(())
}
