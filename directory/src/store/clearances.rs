// SPDX-License-Identifier: Apache-2.0
//! The clearances that people hold, in the order of their files.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::line::{self, Line, Seen};
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

/// Those of the person whose row `people` is at, as one text.
pub(super) fn of_person() -> String {
    let columns = "position, scheme, level, compartments, kind, state, valid_from, valid_until, \
                   COALESCE(attestation, ''), COALESCE(channel, '')";
    line::listed(columns, "clearances WHERE person = people.id")
}

/// Reads what [`of_person`] selected.
pub(super) fn read(list: &str, seen: &mut Seen<String>) -> Result<Vec<Clearance>, StoreError> {
    let placed: Result<Vec<(i64, Clearance)>, StoreError> =
        line::rows(list).map(|row| read_one(row, seen)).collect();
    let mut placed = placed?;
    placed.sort_unstable_by_key(|(position, _)| *position);
    // As long as it is and no longer: a million people hold one.
    let mut clearances = Vec::with_capacity(placed.len());
    clearances.extend(placed.into_iter().map(|(_, clearance)| clearance));
    Ok(clearances)
}

fn read_one(row: &str, seen: &mut Seen<String>) -> Result<(i64, Clearance), StoreError> {
    let mut line = Line::new("clearances", row);
    let position = line.parsed()?;
    let clearance = Clearance {
        scheme: line.text()?.to_owned(),
        level: line.text()?.to_owned(),
        compartments: line.set(seen)?,
        kind: line.word()?,
        state: line.word()?,
        valid_from: line.moment()?,
        valid_until: line.moment()?,
        attestation: line.optional_word()?,
        channel: line.optional_parsed()?,
    };
    line.end()?;
    Ok((position, clearance))
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
    for batch in rows.chunks(sql::batch(11)) {
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
