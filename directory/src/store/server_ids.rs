// SPDX-License-Identifier: Apache-2.0
//! Identifier tables: what a connected server calls our people and channels.

use std::collections::BTreeMap;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::StoreError;
use super::row::Columns;
use crate::{Noun, ServerId, ServerIds};

/// Pairs a server's name of a person or channel with ours. A pair is never re-pointed: false when
/// either name is already paired with another.
pub async fn pair(
    server: &ServerId,
    noun: Noun,
    theirs: &str,
    ours: &str,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    sqlx::query(
        "INSERT INTO server_ids (server, noun, theirs, ours) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(server.as_str())
    .bind(noun.as_str())
    .bind(theirs)
    .bind(ours)
    .execute(&mut *db)
    .await?;
    let row = sqlx::query("SELECT ours FROM server_ids WHERE server = $1 AND noun = $2 AND theirs = $3")
        .bind(server.as_str())
        .bind(noun.as_str())
        .bind(theirs)
        .fetch_optional(db)
        .await?;
    let on_file = row
        .map(|row| {
            Columns {
                table: "server_ids",
                row: &row,
            }
            .text(0)
        })
        .transpose()?;
    Ok(on_file.as_deref() == Some(ours))
}

/// One server's table.
pub async fn load(server: &ServerId, db: &mut AnyConnection) -> Result<ServerIds, StoreError> {
    let rows = sqlx::query("SELECT server, noun, theirs, ours FROM server_ids WHERE server = $1")
        .bind(server.as_str())
        .fetch_all(db)
        .await?;
    let mut ids = ServerIds::default();
    for row in &rows {
        add(&mut ids, row)?;
    }
    Ok(ids)
}

/// All tables.
pub async fn all(db: &mut AnyConnection) -> Result<BTreeMap<ServerId, ServerIds>, StoreError> {
    let rows = sqlx::query("SELECT server, noun, theirs, ours FROM server_ids")
        .fetch_all(db)
        .await?;
    let mut tables: BTreeMap<ServerId, ServerIds> = BTreeMap::new();
    for row in &rows {
        let server = Columns {
            table: "server_ids",
            row,
        }
        .parsed(0)?;
        add(tables.entry(server).or_default(), row)?;
    }
    Ok(tables)
}

fn add(ids: &mut ServerIds, row: &AnyRow) -> Result<(), StoreError> {
    let columns = Columns {
        table: "server_ids",
        row,
    };
    let theirs = columns.text(2)?;
    match columns.parsed::<Noun>(1)? {
        Noun::Channel => {
            ids.channels_theirs.insert(columns.parsed(3)?, theirs.clone());
            ids.channels.insert(theirs, columns.parsed(3)?);
        }
        Noun::Person => {
            ids.people_theirs.insert(columns.parsed(3)?, theirs.clone());
            ids.people.insert(theirs, columns.parsed(3)?);
        }
        other => {
            return Err(StoreError::BadRow {
                table: "server_ids",
                row: theirs,
                message: format!("`{other}` has no identifiers at a server"),
            });
        }
    }
    Ok(())
}
