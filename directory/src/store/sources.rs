// SPDX-License-Identifier: Apache-2.0
//! Sources of people, each with who keeps its record.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Row as _};

use super::row::{Columns, json};
use super::shelf::Shelf;
use super::{StoreError, documents, sql};
use crate::source::Source;
use crate::{Entity, Noun, SourceId};

/// The sources.
#[derive(Debug)]
pub struct Sources;

impl Shelf for Sources {
    type Id = SourceId;
    type Thing = Source;

    const NOUN: Noun = Noun::Source;
    const TABLE: &'static str = "sources";

    fn entity(thing: Source) -> Entity {
        Entity::Source(Box::new(thing))
    }

    async fn among(ids: &[&str], db: &mut AnyConnection) -> Result<BTreeMap<SourceId, Source>, StoreError> {
        documents::read::<Self>(Some(ids), db).await
    }

    async fn put(entries: &[(&SourceId, &Source)], db: &mut AnyConnection) -> Result<(), StoreError> {
        for batch in entries.chunks(sql::batch(3)) {
            let text = format!(
                "INSERT INTO sources (id, body, kept_by) VALUES {} \
                 ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                sql::rows(batch.len(), 3),
            );
            let mut query = sqlx::query(sql::statement(text));
            for (id, source) in batch {
                query = query
                    .bind(id.as_str())
                    .bind(json(source)?)
                    .bind(KeptBy::Administrators.as_str());
            }
            query.execute(&mut *db).await?;
        }
        Ok(())
    }
}

/// Who keeps the record of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptBy {
    /// Administrators, by the API.
    Administrators,
    /// The configuration; nobody else changes it.
    Configuration,
}

impl KeptBy {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrators => "administrators",
            Self::Configuration => "configuration",
        }
    }

    fn read(word: &str) -> Option<Self> {
        match word {
            "administrators" => Some(Self::Administrators),
            "configuration" => Some(Self::Configuration),
            _ => None,
        }
    }
}

/// All sources, and who keeps each.
pub async fn all(db: &mut AnyConnection) -> Result<Vec<(Source, KeptBy)>, StoreError> {
    let rows = sqlx::query("SELECT id, body, kept_by FROM sources ORDER BY id")
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| {
            let columns = Columns {
                table: Sources::TABLE,
                row,
            };
            Ok((columns.json(1)?, kept(columns)?))
        })
        .collect()
}

/// Who keeps the record of a source; none when there is no such source.
pub async fn kept_by(id: &SourceId, db: &mut AnyConnection) -> Result<Option<KeptBy>, StoreError> {
    let row = sqlx::query("SELECT id, body, kept_by FROM sources WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        kept(Columns {
            table: Sources::TABLE,
            row: &row,
        })
    })
    .transpose()
}

/// From here on `by` keeps the record.
pub async fn keep(id: &SourceId, by: KeptBy, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE sources SET kept_by = $1 WHERE id = $2")
        .bind(by.as_str())
        .bind(id.as_str())
        .execute(db)
        .await?;
    Ok(())
}

fn kept(columns: Columns<'_>) -> Result<KeptBy, StoreError> {
    let word = columns.text(2)?;
    KeptBy::read(&word).ok_or_else(|| StoreError::BadRow {
        table: Sources::TABLE,
        row: columns.row.try_get::<String, _>(0).unwrap_or_default(),
        message: format!("unknown word `{word}`"),
    })
}
