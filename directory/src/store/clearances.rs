// SPDX-License-Identifier: Apache-2.0
//! The clearances that people hold, in the order of their files.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{Columns, json, spelled};
use super::shelf::remove_from;
use super::{StoreError, sql};
use crate::{ChangeKind, Clearance, Person, PersonId};

const COLUMNS: &str = "person, position, scheme, level, compartments, kind, state, valid_from, valid_until, attestation, channel";

/// People of whom a clearance began to be valid (`valid_from`), or a clearance or contract had its last valid
/// second within `(from, to]`, each once per kind. A job passes the end of its last look
/// and now, and records the changes, so that snapshots and connectors hear of what time alone did.
///
/// A clearance is good up to and including its last second, so its end is met one second later:
/// pass moments of whole seconds, and `to` at least a second behind now.
pub async fn ending_between(
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<(PersonId, ChangeKind)>, StoreError> {
    let mut found = Vec::new();
    for (text, kind) in [
        (
            "SELECT DISTINCT person FROM clearances WHERE valid_from > $1 AND valid_from <= $2 ORDER BY person",
            ChangeKind::Began,
        ),
        (
            "SELECT DISTINCT person FROM clearances WHERE valid_until > $1 AND valid_until <= $2 ORDER BY person",
            ChangeKind::Expired,
        ),
        // A contract is no clearance, and ends like one.
        (
            "SELECT id FROM people WHERE contract_until > $1 AND contract_until <= $2 ORDER BY id",
            ChangeKind::Expired,
        ),
    ] {
        let rows = sqlx::query(text)
            .bind(from.timestamp_millis())
            .bind(to.timestamp_millis())
            .fetch_all(&mut *db)
            .await?;
        for row in &rows {
            found.push((
                Columns {
                    table: "clearances",
                    row,
                }
                .parsed(0)?,
                kind,
            ));
        }
    }
    Ok(found)
}

/// Fills in the clearances of `people`: of `ids`, or of all.
pub(super) async fn read_into(
    people: &mut BTreeMap<PersonId, Person>,
    ids: Option<&[&str]>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let Some(ids) = ids else {
        let text = format!("SELECT {COLUMNS} FROM clearances ORDER BY person, position");
        let mut rows = sqlx::query(sql::statement(text)).fetch(db);
        while let Some(row) = rows.try_next().await? {
            add(people, &row)?;
        }
        return Ok(());
    };
    for batch in ids.chunks(sql::BATCH) {
        let text = format!(
            "SELECT {COLUMNS} FROM clearances WHERE person IN {} ORDER BY person, position",
            sql::rows(1, batch.len()),
        );
        let mut query = sqlx::query(sql::statement(text));
        for id in batch {
            query = query.bind(*id);
        }
        for row in query.fetch_all(&mut *db).await? {
            add(people, &row)?;
        }
    }
    Ok(())
}

/// Takes away all clearances of these people.
pub(super) async fn remove_of(people: &[&str], db: &mut AnyConnection) -> Result<(), StoreError> {
    remove_from("clearances", "person", "", people, db).await
}

/// Writes the clearances of people who have none on file.
pub(super) async fn insert(
    people: &[(&PersonId, &Person)],
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let rows: Vec<(&PersonId, usize, &Clearance)> = people
        .iter()
        .flat_map(|(id, person)| {
            person
                .clearances
                .iter()
                .enumerate()
                .map(move |(at, held)| (*id, at, held))
        })
        .collect();
    for batch in rows.chunks(sql::BATCH) {
        let text = format!(
            "INSERT INTO clearances ({COLUMNS}) VALUES {}",
            sql::rows(batch.len(), 11)
        );
        let mut query = sqlx::query(sql::statement(text));
        for (person, position, held) in batch {
            query = query
                .bind(person.as_str())
                .bind(*position as i64)
                .bind(held.scheme.as_str())
                .bind(held.level.as_str())
                .bind(json(&held.compartments)?)
                .bind(spelled(&held.kind)?)
                .bind(spelled(&held.state)?)
                .bind(held.valid_from.timestamp_millis())
                .bind(held.valid_until.timestamp_millis())
                .bind(held.attestation.as_ref().map(spelled).transpose()?)
                .bind(held.channel.as_ref().map(crate::ChannelId::as_str));
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

fn add(people: &mut BTreeMap<PersonId, Person>, row: &AnyRow) -> Result<(), StoreError> {
    let columns = Columns {
        table: "clearances",
        row,
    };
    let clearance = Clearance {
        scheme: columns.text(2)?,
        level: columns.text(3)?,
        compartments: columns.json(4)?,
        kind: columns.word(5)?,
        state: columns.word(6)?,
        valid_from: columns.moment(7)?,
        valid_until: columns.moment(8)?,
        attestation: columns.optional_word(9)?,
        channel: columns.optional_parsed(10)?,
    };
    if let Some(person) = people.get_mut(columns.text(0)?.as_str()) {
        person.clearances.push(clearance);
    }
    Ok(())
}
