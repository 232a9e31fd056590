// SPDX-License-Identifier: Apache-2.0
//! What people let clients know about them.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// Keeps what a person allowed a client, in place of what she allowed it before.
pub async fn put(
    person: &PersonId,
    client: &str,
    scope: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO consents (person, client, scope, given_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (person, client) DO UPDATE SET scope = excluded.scope, given_at = excluded.given_at",
    )
    .bind(person.as_str())
    .bind(client)
    .bind(scope)
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a person allowed a client all of `scope`.
pub async fn covers(
    person: &PersonId,
    client: &str,
    scope: &str,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT scope FROM consents WHERE person = $1 AND client = $2")
        .bind(person.as_str())
        .bind(client)
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let given = Columns::of("consents", &row).text("scope")?;
    Ok(scope
        .split(' ')
        .all(|wanted| given.split(' ').any(|known| known == wanted)))
}

/// Takes it back.
pub async fn remove(person: &PersonId, client: &str, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM consents WHERE person = $1 AND client = $2")
        .bind(person.as_str())
        .bind(client)
        .execute(db)
        .await?;
    Ok(())
}
