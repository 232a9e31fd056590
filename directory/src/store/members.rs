// SPDX-License-Identifier: Apache-2.0
//! Who is in which channel: the largest table, read channel by channel as one text each, because a
//! row per membership would cost more to carry than to look up.

use std::iter::Filter;
use std::str::Split;

use sqlx::AnyConnection;

use super::row::Columns;
use super::{StoreError, sql};
use crate::{Channel, ChannelId, PersonId};

/// Between the members of one channel. No identifier holds a control character.
const SEPARATOR: char = '\u{1f}';

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

/// The members of the channel whose row `channels` is at, as one text.
pub(super) fn of_channel() -> String {
    format!("(SELECT string_agg(person, '{SEPARATOR}') FROM channel_members WHERE channel = channels.id)")
}

/// Reads what [`of_channel`] selected.
pub(super) fn names(list: &str) -> Names<'_> {
    let is_name: fn(&&str) -> bool = |name| !name.is_empty();
    list.split(SEPARATOR).filter(is_name)
}

/// The names of members, one after the other.
pub type Names<'a> = Filter<Split<'a, char>, fn(&&str) -> bool>;

/// Writes the members of channels that have none on file.
pub(super) async fn insert(
    channels: &[(&ChannelId, &Channel)],
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let together = sql::batch(2);
    let mut pending = Vec::with_capacity(together);
    for (id, channel) in channels {
        for person in &channel.members {
            pending.push((id.as_str(), person.as_str()));
            if pending.len() == together {
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
