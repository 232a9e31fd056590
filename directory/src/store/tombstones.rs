// SPDX-License-Identifier: Apache-2.0
//! Identifiers of what is gone. They are never given to anything else.

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Row as _};

use super::{StoreError, sql};
use crate::Noun;

/// Marks identifiers as gone for good.
pub async fn put(
    noun: Noun,
    ids: &[&str],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for batch in ids.chunks(sql::batch(3)) {
        let text = format!(
            "INSERT INTO tombstones (noun, id, at) VALUES {} ON CONFLICT (noun, id) DO NOTHING",
            sql::rows(batch.len(), 3),
        );
        let mut query = sqlx::query(sql::statement(text));
        for id in batch {
            query = query.bind(noun.as_str()).bind(*id).bind(now.timestamp_millis());
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// Those of one kind that are gone for good since `moment`.
pub async fn since(
    noun: Noun,
    moment: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("SELECT id FROM tombstones WHERE noun = $1 AND at >= $2")
        .bind(noun.as_str())
        .bind(moment.timestamp_millis())
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Those of `ids` that are gone for good.
pub async fn among(noun: Noun, ids: &[&str], db: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let mut gone = Vec::new();
    for batch in ids.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT id FROM tombstones WHERE noun = $1 AND id IN ({})",
            sql::places(2, batch.len())
        );
        let mut query = sqlx::query(sql::statement(text)).bind(noun.as_str());
        for id in batch {
            query = query.bind(*id);
        }
        for row in query.fetch_all(&mut *db).await? {
            gone.push(row.try_get(0)?);
        }
    }
    Ok(gone)
}
