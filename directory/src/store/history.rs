// SPDX-License-Identifier: Apache-2.0
//! The world as it was: what each entity became at each revision, written with the change itself
//! ([`super::changes::record`]). Connected servers and their tables are left out: no decision rests on
//! them.
//!
//! A membership is kept as a part of its channel, so that joining a large channel costs one short row.
//! The oldest revision that can be rebuilt is a counter; at it, everything is on file.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::AnyConnection;

use super::row::{Columns, json};
use super::shelf::Shelf;
use super::{
    Agencies, Agreements, Channels, Devices, Files, Messages, Missions, Nodes, People, StoreError, entity,
    load_world, members, settings, sql,
};
use crate::change::{Change, ChangeKind, Revision, parse_member_id};
use crate::{Channel, Entity, Noun, Person, PersonId};

/// A row to be written: what it is about, and what it is now.
struct Row {
    noun: Noun,
    id: String,
    part: String,
    body: Option<String>,
}

/// Keeps what `changes` made of the world at `revision`; the first time, the whole world.
pub(super) async fn keep(
    changes: &[Change],
    revision: Revision,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let whole = changes.iter().any(|change| change.noun == Noun::World);
    if oldest(&mut *db).await?.is_none() {
        let rows = world(&mut *db).await?;
        write(rows, revision, &mut *db).await?;
        return set_oldest(revision, db).await;
    }
    let rows = if whole {
        let mut rows = world(&mut *db).await?;
        let held: BTreeSet<(Noun, String)> = rows.iter().map(|row| (row.noun, row.id.clone())).collect();
        for (noun, id) in touched(None, &mut *db).await? {
            if !held.contains(&(noun, id.clone())) {
                rows.push(gone(noun, id));
            }
        }
        rows
    } else {
        changed(changes, &mut *db).await?
    };
    write(rows, revision, db).await
}

/// The oldest revision that can be rebuilt; none while nothing was kept.
pub async fn oldest(db: &mut AnyConnection) -> Result<Option<Revision>, StoreError> {
    let row = sqlx::query("SELECT value FROM counters WHERE name = 'history'")
        .fetch_one(db)
        .await?;
    let value = Columns {
        table: "counters",
        row: &row,
    }
    .number(0)?;
    Ok((value > 0).then_some(value))
}

/// What changed after `revision`; none: everything that was ever kept.
pub async fn touched(
    after: Option<Revision>,
    db: &mut AnyConnection,
) -> Result<Vec<(Noun, String)>, StoreError> {
    let rows = sqlx::query("SELECT DISTINCT noun, id FROM history WHERE revision > $1 ORDER BY noun, id")
        .bind(after.unwrap_or(-1))
        .fetch_all(db)
        .await?;
    let pair = |row| {
        let columns = Columns {
            table: "history",
            row,
        };
        Ok((columns.parsed(0)?, columns.text(1)?))
    };
    rows.iter().map(pair).collect()
}

/// One entity as it was at `revision`, a channel with its members then. What no history is kept of is
/// given as it is now.
pub async fn entity_at(
    noun: Noun,
    id: &str,
    revision: Revision,
    db: &mut AnyConnection,
) -> Result<Option<Entity>, StoreError> {
    if oldest(&mut *db).await?.is_none_or(|oldest| oldest > revision) {
        return entity(noun, id, db).await;
    }
    macro_rules! read {
        ($entity:ident) => {
            read(noun, id, revision, db)
                .await?
                .map(|(_, held)| Entity::$entity(held))
        };
    }
    Ok(match noun {
        Noun::Agency => read!(Agency),
        Noun::Agreement => read!(Agreement),
        Noun::Channel => channel_at(id, revision, db).await?.map(Entity::Channel),
        Noun::Device => read!(Device),
        Noun::File | Noun::Message => read!(Item),
        Noun::Member => match parse_member_id(id) {
            None => None,
            Some((channel, person)) => channel_at(channel.as_str(), revision, db)
                .await?
                .is_some_and(|held| held.members.contains(&person))
                .then_some(Entity::Member(channel, person)),
        },
        Noun::Mission => read!(Mission),
        Noun::Node => read!(Node),
        Noun::Person => read!(Person),
        Noun::Settings => read!(Settings),
        _ => entity(noun, id, db).await?,
    })
}

/// Those of `ids` who were on file at `revision`: as [`entity_at`], for the noun of which thousands
/// change at once.
pub async fn people_at(
    ids: &[&str],
    revision: Revision,
    db: &mut AnyConnection,
) -> Result<BTreeMap<PersonId, Person>, StoreError> {
    if oldest(&mut *db).await?.is_none_or(|oldest| oldest > revision) {
        return People::among(ids, db).await;
    }
    let mut found = BTreeMap::new();
    for ids in ids.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT id, body FROM history AS held WHERE noun = 'person' AND part = '' AND id IN ({}) AND revision = \
             (SELECT MAX(revision) FROM history WHERE noun = 'person' AND id = held.id AND part = '' AND revision <= $1)",
            sql::places(2, ids.len()),
        );
        let query = sqlx::query(sql::statement(text)).bind(revision);
        let query = ids.iter().fold(query, |query, id| query.bind(*id));
        for row in query.fetch_all(&mut *db).await? {
            let columns = Columns {
                table: "history",
                row: &row,
            };
            if let Some(person) = columns.optional_json(1)? {
                found.insert(columns.parsed(0)?, person);
            }
        }
    }
    Ok(found)
}

/// Forgets earlier states that ended before `moment`. What was then the newest stays: the world can be
/// rebuilt from there on. Gives how many rows went.
pub async fn forget_before(moment: DateTime<Utc>, db: &mut AnyConnection) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT MAX(revision) FROM changes WHERE at < $1")
        .bind(moment.timestamp_millis())
        .fetch_one(&mut *db)
        .await?;
    let Some(horizon) = sqlx::Row::try_get::<Option<i64>, _>(&row, 0)? else {
        return Ok(0);
    };
    if oldest(&mut *db).await?.is_none_or(|oldest| oldest >= horizon) {
        return Ok(0);
    }
    let done = sqlx::query(
        "DELETE FROM history WHERE revision < (SELECT MAX(later.revision) FROM history AS later \
         WHERE later.noun = history.noun AND later.id = history.id AND later.part = history.part \
         AND later.revision <= $1)",
    )
    .bind(horizon)
    .execute(&mut *db)
    .await?;
    set_oldest(horizon, db).await?;
    Ok(done.rows_affected())
}

async fn set_oldest(revision: Revision, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE counters SET value = $1 WHERE name = 'history'")
        .bind(revision)
        .execute(db)
        .await?;
    Ok(())
}

/// The newest row of `noun` and `id` up to `revision`, with its own revision.
async fn read<T: DeserializeOwned>(
    noun: Noun,
    id: &str,
    revision: Revision,
    db: &mut AnyConnection,
) -> Result<Option<(Revision, T)>, StoreError> {
    let row = sqlx::query(
        "SELECT id, revision, body FROM history WHERE noun = $1 AND id = $2 AND part = '' \
         AND revision <= $3 ORDER BY revision DESC LIMIT 1",
    )
    .bind(noun.as_str())
    .bind(id)
    .bind(revision)
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: "history",
        row: &row,
    };
    let kept_at = columns.number(1)?;
    Ok(columns.optional_json(2)?.map(|body| (kept_at, body)))
}

async fn channel_at(
    id: &str,
    revision: Revision,
    db: &mut AnyConnection,
) -> Result<Option<Channel>, StoreError> {
    let found = read::<Channel>(Noun::Channel, id, revision, &mut *db).await?;
    let Some((kept_at, mut channel)) = found else {
        return Ok(None);
    };
    let rows = sqlx::query(
        "SELECT part, body FROM history WHERE noun = 'channel' AND id = $1 AND part <> '' \
         AND revision > $2 AND revision <= $3 ORDER BY revision",
    )
    .bind(id)
    .bind(kept_at)
    .bind(revision)
    .fetch_all(db)
    .await?;
    for row in &rows {
        let columns = Columns {
            table: "history",
            row,
        };
        let person = columns.parsed(0)?;
        channel.members = if columns.optional_text(1)?.is_some() {
            channel.members.with(person)
        } else {
            channel.members.without(&person)
        };
    }
    Ok(Some(channel))
}

/// What `changes` left behind. That something began or ran out by time alone changed nothing.
async fn changed(changes: &[Change], db: &mut AnyConnection) -> Result<Vec<Row>, StoreError> {
    let mut touched: BTreeMap<Noun, BTreeSet<&str>> = BTreeMap::new();
    for change in changes {
        if !matches!(change.kind, ChangeKind::Began | ChangeKind::Expired) {
            touched.entry(change.noun).or_default().insert(&change.id);
        }
    }
    let mut rows = Vec::new();
    for (noun, ids) in touched {
        let ids: Vec<&str> = ids.into_iter().collect();
        match noun {
            Noun::Agency => shelf::<Agencies>(&ids, &mut rows, db).await?,
            Noun::Agreement => shelf::<Agreements>(&ids, &mut rows, db).await?,
            Noun::Channel => shelf::<Channels>(&ids, &mut rows, db).await?,
            Noun::Device => shelf::<Devices>(&ids, &mut rows, db).await?,
            Noun::File => shelf::<Files>(&ids, &mut rows, db).await?,
            Noun::Message => shelf::<Messages>(&ids, &mut rows, db).await?,
            Noun::Mission => shelf::<Missions>(&ids, &mut rows, db).await?,
            Noun::Node => shelf::<Nodes>(&ids, &mut rows, db).await?,
            Noun::Person => shelf::<People>(&ids, &mut rows, db).await?,
            Noun::Member => {
                for id in ids {
                    rows.extend(membership(id, db).await?);
                }
            }
            Noun::Settings => {
                let held = settings::load(db).await?;
                rows.push(Row {
                    body: held.as_ref().map(json).transpose()?,
                    ..gone(Noun::Settings, "settings".to_owned())
                });
            }
            Noun::Approval
            | Noun::Client
            | Noun::Policy
            | Noun::Server
            | Noun::ServerIds
            | Noun::Session
            | Noun::SigningKey
            | Noun::Source
            | Noun::World => {}
        }
    }
    Ok(rows)
}

async fn shelf<S: Shelf<Thing: Serialize>>(
    ids: &[&str],
    rows: &mut Vec<Row>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for ids in ids.chunks(sql::batch(1)) {
        let mut held = BTreeMap::new();
        for (id, thing) in S::among(ids, db).await? {
            held.insert(id.as_ref().to_owned(), json(&thing)?);
        }
        rows.extend(ids.iter().map(|id| Row {
            body: held.remove(*id),
            ..gone(S::NOUN, (*id).to_owned())
        }));
    }
    Ok(())
}

async fn membership(id: &str, db: &mut AnyConnection) -> Result<Option<Row>, StoreError> {
    let Some((channel, person)) = parse_member_id(id) else {
        return Ok(None);
    };
    let is_member = members::contains(&channel, &person, db).await?;
    Ok(Some(Row {
        noun: Noun::Channel,
        id: channel.to_string(),
        part: person.to_string(),
        body: is_member.then(|| "true".to_owned()),
    }))
}

/// All that exists.
async fn world(db: &mut AnyConnection) -> Result<Vec<Row>, StoreError> {
    let (world, _) = load_world(db).await?;
    let mut rows = Vec::new();
    macro_rules! keep {
        ($($noun:ident: $field:ident;)+) => {$(
            for (id, held) in &world.$field {
                let body = Some(json(held)?);
                rows.push(Row { body, ..gone(Noun::$noun, id.to_string()) });
            }
        )+};
    }
    keep! {
        Agency: agencies;
        Agreement: agreements;
        Channel: channels;
        Device: devices;
        File: files;
        Message: messages;
        Mission: missions;
        Node: nodes;
        Person: people;
    }
    if let Some(held) = &world.settings {
        let body = Some(json(held)?);
        rows.push(Row {
            body,
            ..gone(Noun::Settings, "settings".to_owned())
        });
    }
    Ok(rows)
}

fn gone(noun: Noun, id: String) -> Row {
    Row {
        noun,
        id,
        part: String::new(),
        body: None,
    }
}

async fn write(rows: Vec<Row>, revision: Revision, db: &mut AnyConnection) -> Result<(), StoreError> {
    for batch in rows.chunks(sql::batch(5)) {
        let text = format!(
            "INSERT INTO history (noun, id, part, revision, body) VALUES {}",
            sql::rows(batch.len(), 5),
        );
        let mut query = sqlx::query(sql::statement(text));
        for row in batch {
            query = query
                .bind(row.noun.as_str())
                .bind(row.id.as_str())
                .bind(row.part.as_str())
                .bind(revision)
                .bind(row.body.as_deref());
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}
