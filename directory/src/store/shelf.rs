// SPDX-License-Identifier: Apache-2.0
//! What the store does alike for every noun of the world file: find by id, write many, remove many.

use std::collections::BTreeMap;
use std::future::Future;
use std::str::FromStr;

use futures_util::TryStreamExt as _;
use sqlx::{AnyConnection, Row as _};

use super::{StoreError, sql};
use crate::{Entity, IdError, Noun};

/// A noun of the world file and where it is kept.
pub trait Shelf {
    /// Its identifiers.
    type Id: Ord + Clone + AsRef<str> + FromStr<Err = IdError> + Send + Sync;
    /// Its entries.
    type Thing: Clone + PartialEq + Send + Sync;

    /// The noun.
    const NOUN: Noun;
    /// The table.
    const TABLE: &'static str;
    /// A condition that rows of a shared table meet, ending in ` AND `, or nothing.
    const ONLY: &'static str = "";

    /// An entry as one of the things of the world.
    fn entity(thing: Self::Thing) -> Entity;

    /// Those of `ids` that are on file.
    fn among(
        ids: &[&str],
        db: &mut AnyConnection,
    ) -> impl Future<Output = Result<BTreeMap<Self::Id, Self::Thing>, StoreError>> + Send;

    /// Writes entries, new or not.
    fn put(
        entries: &[(&Self::Id, &Self::Thing)],
        db: &mut AnyConnection,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Takes entries away, with what hangs on them alone. The caller leaves tombstones.
    fn remove(ids: &[&str], db: &mut AnyConnection) -> impl Future<Output = Result<(), StoreError>> + Send {
        remove_from(Self::TABLE, "id", Self::ONLY, ids, db)
    }
}

/// One entry, if it is on file.
pub async fn load<S: Shelf>(id: &str, db: &mut AnyConnection) -> Result<Option<S::Thing>, StoreError> {
    Ok(S::among(&[id], db).await?.pop_first().map(|(_, thing)| thing))
}

/// All identifiers on a shelf.
pub(crate) async fn ids<S: Shelf>(db: &mut AnyConnection) -> Result<Vec<S::Id>, StoreError> {
    let text = format!("SELECT id FROM {} WHERE {}1 = 1 ORDER BY id", S::TABLE, S::ONLY);
    let mut rows = sqlx::query(sql::statement(text)).fetch(db);
    let mut ids = Vec::new();
    while let Some(row) = rows.try_next().await? {
        ids.push(parse_id::<S>(&row.try_get::<String, _>(0)?)?);
    }
    Ok(ids)
}

/// Those of `ids` that are on the shelf.
pub(crate) async fn known<S: Shelf>(ids: &[&str], db: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let mut known = Vec::new();
    for batch in ids.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT id FROM {} WHERE {}id IN {}",
            S::TABLE,
            S::ONLY,
            sql::rows(1, batch.len())
        );
        let mut query = sqlx::query(sql::statement(text));
        for id in batch {
            query = query.bind(*id);
        }
        for row in query.fetch_all(&mut *db).await? {
            known.push(row.try_get(0)?);
        }
    }
    Ok(known)
}

pub(super) fn parse_id<S: Shelf>(id: &str) -> Result<S::Id, StoreError> {
    id.parse().map_err(|error: IdError| StoreError::BadRow {
        table: S::TABLE,
        row: id.to_owned(),
        message: error.to_string(),
    })
}

pub(super) async fn remove_from(
    table: &'static str,
    column: &'static str,
    only: &'static str,
    ids: &[&str],
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for batch in ids.chunks(sql::batch(1)) {
        let text = format!(
            "DELETE FROM {table} WHERE {only}{column} IN {}",
            sql::rows(1, batch.len())
        );
        let mut query = sqlx::query(sql::statement(text));
        for id in batch {
            query = query.bind(*id);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// `SELECT {columns} FROM {table}`: all of it, or the rows of `ids`, handed to `read` one by one.
pub(super) async fn each<S: Shelf>(
    columns: &str,
    ids: Option<&[&str]>,
    db: &mut AnyConnection,
    mut read: impl FnMut(&sqlx::any::AnyRow) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    let only = S::ONLY;
    let table = S::TABLE;
    let Some(ids) = ids else {
        let text = format!("SELECT {columns} FROM {table} WHERE {only}1 = 1");
        let mut rows = sqlx::query(sql::statement(text)).fetch(db);
        while let Some(row) = rows.try_next().await? {
            read(&row)?;
        }
        return Ok(());
    };
    for batch in ids.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT {columns} FROM {table} WHERE {only}id IN {}",
            sql::rows(1, batch.len())
        );
        let mut query = sqlx::query(sql::statement(text));
        for id in batch {
            query = query.bind(*id);
        }
        let mut rows = query.fetch(&mut *db);
        while let Some(row) = rows.try_next().await? {
            read(&row)?;
        }
    }
    Ok(())
}
