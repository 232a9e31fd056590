// SPDX-License-Identifier: Apache-2.0
//! Who is in which channel: the largest table, read channel by channel as one text each, because a
//! row per membership would cost more to carry than to look up.

use std::collections::{BTreeMap, HashSet};

use futures_util::TryStreamExt as _;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{StoreError, sql};
use crate::{Channel, ChannelId, PersonId};

/// Between the members of one channel. No identifier holds a control character.
const SEPARATOR: &str = "\u{1f}";

/// Puts a person into a channel; says whether she was not in it.
pub async fn put(channel: &ChannelId, person: &PersonId, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO channel_members (channel, person) VALUES ($1, $2) ON CONFLICT (channel, person) DO NOTHING",
    )
    .bind(channel.as_str())
    .bind(person.as_str())
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes a person out of a channel; says whether she was in it.
pub async fn remove(
    channel: &ChannelId,
    person: &PersonId,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM channel_members WHERE channel = $1 AND person = $2")
        .bind(channel.as_str())
        .bind(person.as_str())
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether a person is in a channel.
pub async fn contains(
    channel: &ChannelId,
    person: &PersonId,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT person FROM channel_members WHERE channel = $1 AND person = $2")
        .bind(channel.as_str())
        .bind(person.as_str())
        .fetch_optional(db)
        .await?;
    Ok(row.is_some())
}

/// The channels that a person is in.
pub async fn channels_of(person: &PersonId, db: &mut AnyConnection) -> Result<Vec<ChannelId>, StoreError> {
    let rows = sqlx::query("SELECT channel FROM channel_members WHERE person = $1 ORDER BY channel")
        .bind(person.as_str())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| {
            Columns {
                table: "channel_members",
                row,
            }
            .parsed(0)
        })
        .collect()
}

/// Fills in the members of `channels`: of `ids`, or of all. Identifiers that `known` holds are
/// shared with it, not copied.
pub(super) async fn read_into(
    channels: &mut BTreeMap<ChannelId, Channel>,
    ids: Option<&[&str]>,
    known: &HashSet<PersonId>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let Some(ids) = ids else {
        let text = "SELECT channel, string_agg(person, $1) FROM channel_members GROUP BY channel";
        let mut rows = sqlx::query(text).bind(SEPARATOR).fetch(db);
        while let Some(row) = rows.try_next().await? {
            fill(channels, &row, known)?;
        }
        return Ok(());
    };
    for batch in ids.chunks(sql::BATCH) {
        let text = format!(
            "SELECT channel, string_agg(person, $1) FROM channel_members WHERE channel IN ({}) GROUP BY channel",
            sql::places(2, batch.len()),
        );
        let mut query = sqlx::query(sql::statement(text)).bind(SEPARATOR);
        for id in batch {
            query = query.bind(*id);
        }
        for row in query.fetch_all(&mut *db).await? {
            fill(channels, &row, known)?;
        }
    }
    Ok(())
}

/// Writes the members of channels that have none on file.
pub(super) async fn insert(
    channels: &[(&ChannelId, &Channel)],
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let mut pending = Vec::with_capacity(sql::BATCH);
    for (id, channel) in channels {
        for person in &channel.members {
            pending.push((id.as_str(), person.as_str()));
            if pending.len() == sql::BATCH {
                insert_rows(&pending, db).await?;
                pending.clear();
            }
        }
    }
    if pending.is_empty() {
        Ok(())
    } else {
        insert_rows(&pending, db).await
    }
}

async fn insert_rows(rows: &[(&str, &str)], db: &mut AnyConnection) -> Result<(), StoreError> {
    let text = format!(
        "INSERT INTO channel_members (channel, person) VALUES {}",
        sql::rows(rows.len(), 2)
    );
    let mut query = sqlx::query(sql::statement(text));
    for (channel, person) in rows {
        query = query.bind(*channel).bind(*person);
    }
    query.execute(db).await?;
    Ok(())
}

fn fill(
    channels: &mut BTreeMap<ChannelId, Channel>,
    row: &AnyRow,
    known: &HashSet<PersonId>,
) -> Result<(), StoreError> {
    let columns = Columns {
        table: "channel_members",
        row,
    };
    let id = columns.text(0)?;
    let Some(channel) = channels.get_mut(id.as_str()) else {
        return Ok(());
    };
    let people: Result<Vec<PersonId>, _> = columns
        .text(1)?
        .split(SEPARATOR)
        .map(|person| known.get(person).cloned().map_or_else(|| person.parse(), Ok))
        .collect();
    let people = people.map_err(|error| StoreError::BadRow {
        table: "channel_members",
        row: id.clone(),
        message: error.to_string(),
    })?;
    channel.members = people.into_iter().collect();
    Ok(())
}
