// SPDX-License-Identifier: Apache-2.0
//! Kinds of browser that a person has signed in with, by the hash of what they call themselves.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::secret::sha256;

/// Notes a sign-in. `true`: this kind is new, and there were others.
pub async fn is_new(
    person: &PersonId,
    agent: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS known FROM known_browsers WHERE person = $1")
        .bind(person.as_str())
        .fetch_one(&mut *db)
        .await?;
    let known = Columns::of("known_browsers", &row).number("known")?;
    let done = sqlx::query(
        "INSERT INTO known_browsers (person, browser, seen_at) VALUES ($1, $2, $3) \
         ON CONFLICT (person, browser) DO NOTHING",
    )
    .bind(person.as_str())
    .bind(sha256(agent.as_bytes()))
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(known > 0 && done.rows_affected() == 1)
}
