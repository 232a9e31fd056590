// SPDX-License-Identifier: Apache-2.0
//! What was read of each entry of a directory when it was last applied.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::line::{self, Line};
use super::row::Columns;
use super::{StoreError, sql};
use crate::ldap::sync::{Filed, OnFile};
use crate::{PersonId, SourceId};

const TABLE: &str = "source_entries";
const COLUMNS: &str = "subject, person, digest, is_active, applied_at, until";
/// Entries in one page, when all are read.
const PAGE: i64 = 1_024;

/// An entry that became a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The person.
    pub person: PersonId,
    /// What it came to.
    pub on_file: OnFile,
}

/// Everything on file from a source, read by the page.
pub async fn filed(source: &SourceId, db: &mut AnyConnection) -> Result<Filed, StoreError> {
    let row = line::joined("subject, digest, is_active, applied_at, COALESCE(CAST(until AS TEXT), '')");
    let text = line::page(&format!(
        "SELECT subject AS id, {row} AS line FROM {TABLE} WHERE source = $1 AND subject > $2 \
         ORDER BY subject LIMIT {PAGE}"
    ));
    let mut filed = Filed::new();
    let mut last = String::new();
    loop {
        let query = sqlx::query(sql::statement(text.clone())).bind(source.as_str());
        let row = query.bind(last.as_str()).fetch_one(&mut *db).await?;
        let columns = Columns {
            table: TABLE,
            row: &row,
        };
        let (Some(page), Some(newest)) = (columns.optional_text(0)?, columns.optional_text(1)?) else {
            return Ok(filed);
        };
        for (row, _) in line::of_page(&page) {
            let mut line = Line::new(TABLE, row);
            let subject = line.text()?.to_owned();
            let on_file = OnFile {
                hash: line.parsed::<Digest>()?.0,
                is_active: line.parsed::<u8>()? == 1,
                applied_at: line.moment()?,
                until: line.optional_moment()?,
            };
            line.end()?;
            filed.insert(subject, on_file);
        }
        last = newest;
    }
}

/// How many accounts of a source are good.
pub async fn active(source: &SourceId, db: &mut AnyConnection) -> Result<usize, StoreError> {
    let text = format!("SELECT COUNT(*) FROM {TABLE} WHERE source = $1 AND is_active = 1");
    let query = sqlx::query(sql::statement(text)).bind(source.as_str());
    let row = query.fetch_one(db).await?;
    let columns = Columns {
        table: TABLE,
        row: &row,
    };
    let count = columns.number(0)?;
    usize::try_from(count).map_err(|_| columns.bad(0, format_args!("{count} is no number of people")))
}

/// What is on file of accounts that were good and whose time is over.
pub async fn lapsed(
    source: &SourceId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Filed, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM {TABLE} WHERE source = $1 AND is_active = 1 AND until <= $2");
    let query = sqlx::query(sql::statement(text)).bind(source.as_str());
    let rows = query.bind(now.timestamp_millis()).fetch_all(db).await?;
    rows.iter()
        .map(|row| read(row).map(|(subject, applied)| (subject, applied.on_file)))
        .collect()
}

/// What is on file of some subjects of a source.
pub async fn among(
    source: &SourceId,
    subjects: &[&str],
    db: &mut AnyConnection,
) -> Result<BTreeMap<String, Applied>, StoreError> {
    let mut found = BTreeMap::new();
    for batch in subjects.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT {COLUMNS} FROM {TABLE} WHERE source = $1 AND subject IN ({})",
            sql::places(2, batch.len())
        );
        let mut query = sqlx::query(sql::statement(text)).bind(source.as_str());
        for subject in batch {
            query = query.bind(*subject);
        }
        for row in query.fetch_all(&mut *db).await? {
            let (subject, applied) = read(&row)?;
            found.insert(subject, applied);
        }
    }
    Ok(found)
}

/// Writes entries, new or not.
pub async fn put(
    source: &SourceId,
    entries: &[(&str, Applied)],
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for batch in entries.chunks(sql::batch(7)) {
        let text = format!(
            "INSERT INTO {TABLE} (source, {COLUMNS}) VALUES {} \
             ON CONFLICT (source, subject) DO UPDATE SET person = excluded.person, digest = excluded.digest, \
             is_active = excluded.is_active, applied_at = excluded.applied_at, until = excluded.until",
            sql::rows(batch.len(), 7)
        );
        let mut query = sqlx::query(sql::statement(text));
        for (subject, applied) in batch {
            query = query
                .bind(source.as_str())
                .bind(*subject)
                .bind(applied.person.as_str())
                .bind(hex::encode(applied.on_file.hash))
                .bind(i64::from(applied.on_file.is_active))
                .bind(applied.on_file.applied_at.timestamp_millis())
                .bind(applied.on_file.until.map(|until| until.timestamp_millis()));
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// Forgets entries that are gone.
pub async fn remove(source: &SourceId, subjects: &[&str], db: &mut AnyConnection) -> Result<(), StoreError> {
    for batch in subjects.chunks(sql::batch(1)) {
        let text = format!(
            "DELETE FROM {TABLE} WHERE source = $1 AND subject IN ({})",
            sql::places(2, batch.len())
        );
        let query = sqlx::query(sql::statement(text)).bind(source.as_str());
        let query = batch.iter().fold(query, |query, subject| query.bind(*subject));
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// What an entry came to, as it is written.
struct Digest([u8; 32]);

impl FromStr for Digest {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest)?;
        Ok(Self(digest))
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<(String, Applied), StoreError> {
    let columns = Columns { table: TABLE, row };
    let applied = Applied {
        person: columns.parsed(1)?,
        on_file: OnFile {
            hash: columns.parsed::<Digest>(2)?.0,
            is_active: columns.flag(3)?,
            applied_at: columns.moment(4)?,
            until: columns.optional_moment(5)?,
        },
    };
    Ok((columns.text(0)?, applied))
}
