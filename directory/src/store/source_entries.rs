// SPDX-License-Identifier: Apache-2.0
//! What was read of each entry of a directory when it was last applied.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use sqlx::AnyConnection;

use super::row::Columns;
use super::{StoreError, sql};
use crate::ldap::sync::{Filed, OnFile};
use crate::{PersonId, SourceId};

const COLUMNS: &str = "subject, person, hash, is_active, applied_at, until";

/// An entry that became a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The person.
    pub person: PersonId,
    /// What it came to.
    pub on_file: OnFile,
}

/// Everything on file from a source.
pub async fn filed(source: &SourceId, db: &mut AnyConnection) -> Result<Filed, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM source_entries WHERE source = $1");
    let mut rows = sqlx::query(sql::statement(text)).bind(source.as_str()).fetch(db);
    let mut filed = Filed::new();
    while let Some(row) = rows.try_next().await? {
        let (subject, applied) = read(&row)?;
        filed.insert(subject, applied.on_file);
    }
    Ok(filed)
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
            "SELECT {COLUMNS} FROM source_entries WHERE source = $1 AND subject IN ({})",
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
            "INSERT INTO source_entries (source, {COLUMNS}) VALUES {} \
             ON CONFLICT (source, subject) DO UPDATE SET person = excluded.person, hash = excluded.hash, \
             is_active = excluded.is_active, applied_at = excluded.applied_at, until = excluded.until",
            sql::rows(batch.len(), 7)
        );
        let mut query = sqlx::query(sql::statement(text));
        for (subject, applied) in batch {
            query = query
                .bind(source.as_str())
                .bind(*subject)
                .bind(applied.person.as_str())
                .bind(applied.on_file.hash.to_vec())
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
    for subject in subjects {
        sqlx::query("DELETE FROM source_entries WHERE source = $1 AND subject = $2")
            .bind(source.as_str())
            .bind(*subject)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

fn read(row: &sqlx::any::AnyRow) -> Result<(String, Applied), StoreError> {
    let columns = Columns {
        table: "source_entries",
        row,
    };
    let applied = Applied {
        person: columns.parsed(1)?,
        on_file: OnFile {
            hash: columns.bytes(2)?,
            is_active: columns.flag(3)?,
            applied_at: columns.moment(4)?,
            until: columns.optional_moment(5)?,
        },
    };
    Ok((columns.text(0)?, applied))
}
