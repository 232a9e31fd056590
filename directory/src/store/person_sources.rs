// SPDX-License-Identifier: Apache-2.0
//! What each source has given whom, and since when.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row as _};

use super::row::{Columns, json};
use super::shelf::remove_from;
use super::{StoreError, sql};
use crate::source::mapping::Target;
use crate::{PersonId, SourceId};

const TABLE: &str = "person_sources";

/// What one source has given one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// It brought her in.
    pub owns: bool,
    /// The parts, each with when it was last given another value.
    pub parts: Parts,
}

/// The parts of a person that come from a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Parts {
    /// Attributes.
    pub attributes: BTreeMap<Target, DateTime<Utc>>,
    /// Clearances, by their names among hers.
    pub clearances: BTreeMap<String, DateTime<Utc>>,
    /// What was last refused, so that it is reported when it changes and not each time.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub refused: BTreeSet<String>,
}

/// What `source` has given to those of `people` to whom it has given something.
pub(crate) async fn given(
    source: &SourceId,
    people: &[&str],
    db: &mut AnyConnection,
) -> Result<BTreeMap<PersonId, Given>, StoreError> {
    let mut found = BTreeMap::new();
    for batch in people.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT person, owns, parts FROM {TABLE} WHERE source = ${} AND person IN {}",
            batch.len() + 1,
            sql::rows(1, batch.len()),
        );
        let mut query = sqlx::query(sql::statement(text));
        for person in batch {
            query = query.bind(*person);
        }
        for row in query.bind(source.as_str()).fetch_all(&mut *db).await? {
            let columns = Columns {
                table: TABLE,
                row: &row,
            };
            let given = Given {
                owns: columns.flag(1)?,
                parts: columns.json(2)?,
            };
            found.insert(columns.parsed(0)?, given);
        }
    }
    Ok(found)
}

/// What sources have given to one person.
pub async fn of(person: &PersonId, db: &mut AnyConnection) -> Result<BTreeMap<SourceId, Given>, StoreError> {
    let rows =
        sqlx::query("SELECT source, owns, parts FROM person_sources WHERE person = $1 ORDER BY source")
            .bind(person.as_str())
            .fetch_all(db)
            .await?;
    rows.iter()
        .map(|row| {
            let columns = Columns { table: TABLE, row };
            let given = Given {
                owns: columns.flag(1)?,
                parts: columns.json(2)?,
            };
            Ok((columns.parsed(0)?, given))
        })
        .collect()
}

/// Notes what `source` has given.
pub(crate) async fn put(
    source: &SourceId,
    entries: &[(&PersonId, &Given)],
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for batch in entries.chunks(sql::batch(4)) {
        let text = format!(
            "INSERT INTO {TABLE} (person, source, owns, parts) VALUES {} \
             ON CONFLICT (person, source) DO UPDATE SET owns = excluded.owns, parts = excluded.parts",
            sql::rows(batch.len(), 4),
        );
        let mut query = sqlx::query(sql::statement(text));
        for (person, given) in batch {
            query = query
                .bind(person.as_str())
                .bind(source.as_str())
                .bind(i64::from(given.owns))
                .bind(json(&given.parts)?);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// An administrator has taken over parts of a person: they come from no source any more.
pub(crate) async fn forget(
    person: &PersonId,
    attributes: &[Target],
    clearance: Option<&str>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for (source, mut given) in of(person, &mut *db).await? {
        let before = given.clone();
        for target in attributes {
            given.parts.attributes.remove(target);
        }
        if let Some(id) = clearance {
            given.parts.clearances.remove(id);
        }
        if given != before {
            put(&source, &[(person, &given)], &mut *db).await?;
        }
    }
    Ok(())
}

/// Administrators have taken over these people altogether, or they are gone.
pub(crate) async fn forget_all(people: &[&str], db: &mut AnyConnection) -> Result<(), StoreError> {
    remove_from(TABLE, "person", "", people, db).await
}

/// Who has one of these mail addresses, which are in small letters.
pub(crate) async fn having_addresses(
    addresses: &[&str],
    db: &mut AnyConnection,
) -> Result<BTreeMap<String, BTreeSet<PersonId>>, StoreError> {
    let mut found: BTreeMap<String, BTreeSet<PersonId>> = BTreeMap::new();
    for batch in addresses.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT id, LOWER(email) FROM people WHERE LOWER(email) IN {}",
            sql::rows(1, batch.len()),
        );
        let mut query = sqlx::query(sql::statement(text));
        for address in batch {
            query = query.bind(*address);
        }
        for row in query.fetch_all(&mut *db).await? {
            let columns = Columns {
                table: "people",
                row: &row,
            };
            let address: String = row.try_get(1)?;
            found.entry(address).or_default().insert(columns.parsed(0)?);
        }
    }
    Ok(found)
}
