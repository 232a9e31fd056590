// SPDX-License-Identifier: Apache-2.0
//! Cards that open accounts, by the name that a card bears inside its issuer.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, json_text, millis};
use crate::assurance::Level;
use crate::factor::card::Card;

/// A card as it is bound.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BoundCard {
    /// What the binding is called.
    pub id: String,
    /// Whose it is.
    pub person: PersonId,
    /// Whom it calls its holder.
    pub subject: String,
    /// Who issued it.
    pub issued_by: String,
    /// The set that it belongs to.
    pub issuer: String,
    /// What it was worth when it was last seen.
    pub level: Level,
    /// Its end.
    pub expires_at: DateTime<Utc>,
    /// When it was bound.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Binds a card; one that was taken away from that person counts again. `false`: it is bound to her already.
pub async fn add(bound: &BoundCard, card: &Card, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO cards (id, person, issuer, mapping, value, subject, issued_by, level, expires_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (issuer, mapping, value, person) DO UPDATE SET id = excluded.id, subject = excluded.subject, \
         issued_by = excluded.issued_by, level = excluded.level, expires_at = excluded.expires_at, \
         created_at = excluded.created_at, last_used_at = NULL, withdrawn_at = NULL \
         WHERE cards.withdrawn_at IS NOT NULL",
    )
    .bind(bound.id.as_str())
    .bind(bound.person.as_str())
    .bind(bound.issuer.as_str())
    .bind(json_text(&card.mapping))
    .bind(card.value.as_str())
    .bind(bound.subject.as_str())
    .bind(bound.issued_by.as_str())
    .bind(bound.level.rank())
    .bind(millis(bound.expires_at))
    .bind(millis(bound.created_at))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every binding of the name that `card` bears, ordered by person.
pub async fn by_name(card: &Card, db: &mut AnyConnection) -> Result<Vec<BoundCard>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM cards WHERE issuer = $1 AND mapping = $2 AND value = $3 \
         AND withdrawn_at IS NULL ORDER BY person, id",
    )
    .bind(card.issuer.as_str())
    .bind(json_text(&card.mapping))
    .bind(card.value.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| read(&Columns::of("cards", row))).collect()
}

/// A person's cards, oldest first.
pub async fn of_person(person: &PersonId, db: &mut AnyConnection) -> Result<Vec<BoundCard>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM cards WHERE person = $1 AND withdrawn_at IS NULL ORDER BY created_at, id")
            .bind(person.as_str())
            .fetch_all(db)
            .await?;
    rows.iter().map(|row| read(&Columns::of("cards", row))).collect()
}

/// Whether a person ever had a card of a set, taken away or not.
pub async fn had_of_issuer(
    person: &PersonId,
    issuer: &str,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS known FROM cards WHERE person = $1 AND issuer = $2")
        .bind(person.as_str())
        .bind(issuer)
        .fetch_one(db)
        .await?;
    Ok(Columns::of("cards", &row).number("known")? > 0)
}

/// Notes a use. A renewed card under the same name brings a new end.
pub async fn used(
    person: &PersonId,
    card: &Card,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE cards SET last_used_at = $5, subject = $6, issued_by = $7, expires_at = $8 \
         WHERE person = $1 AND issuer = $2 AND mapping = $3 AND value = $4 AND withdrawn_at IS NULL",
    )
    .bind(person.as_str())
    .bind(card.issuer.as_str())
    .bind(json_text(&card.mapping))
    .bind(card.value.as_str())
    .bind(millis(now))
    .bind(card.subject.as_str())
    .bind(card.issued_by.as_str())
    .bind(millis(card.expires_at))
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a card of a person away. It stays known as that: no rule of first use brings it back.
pub async fn withdraw(
    id: &str,
    person: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE cards SET withdrawn_at = $3 WHERE id = $1 AND person = $2 AND withdrawn_at IS NULL",
    )
    .bind(id)
    .bind(person.as_str())
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &Columns<'_>) -> Result<BoundCard, StoreError> {
    Ok(BoundCard {
        id: row.text("id")?,
        person: row.parsed("person")?,
        subject: row.text("subject")?,
        issued_by: row.text("issued_by")?,
        issuer: row.text("issuer")?,
        level: Level::from_rank(row.number("level")?).ok_or_else(|| row.bad("level"))?,
        expires_at: row.time("expires_at")?,
        created_at: row.time("created_at")?,
        last_used_at: row.time_option("last_used_at")?,
    })
}
