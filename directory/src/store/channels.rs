// SPDX-License-Identifier: Apache-2.0
//! Channels. Their members stand in a table of their own.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::members::Names;
use super::row::{Columns, json, spelled};
use super::shelf::{self, Shelf, remove_from};
use super::{StoreError, members, sql};
use crate::{AgencyId, Channel, ChannelId, Entity, IdError, Noun, PersonId, ServerId, Set};

/// The channels.
#[derive(Debug)]
pub struct Channels;

impl Shelf for Channels {
    type Id = ChannelId;
    type Thing = Channel;

    const NOUN: Noun = Noun::Channel;
    const TABLE: &'static str = "channels";

    fn entity(thing: Channel) -> Entity {
        Entity::Channel(thing)
    }

    async fn among(ids: &[&str], db: &mut AnyConnection) -> Result<BTreeMap<ChannelId, Channel>, StoreError> {
        all(Some(ids), db).await
    }

    async fn put(entries: &[(&ChannelId, &Channel)], db: &mut AnyConnection) -> Result<(), StoreError> {
        put_flags(entries, db).await?;
        let ids: Vec<&str> = entries.iter().map(|(id, _)| id.as_str()).collect();
        remove_from("channel_members", "channel", "", &ids, db).await?;
        members::insert(entries, db).await
    }

    async fn remove(ids: &[&str], db: &mut AnyConnection) -> Result<(), StoreError> {
        remove_from("channel_members", "channel", "", ids, db).await?;
        remove_from(Self::TABLE, "id", "", ids, db).await
    }
}

/// A channel without its members, which may be many.
pub async fn load_flags(id: &ChannelId, db: &mut AnyConnection) -> Result<Option<Channel>, StoreError> {
    let mut found = None;
    shelf::each::<Channels>(COLUMNS, Some(&[id.as_str()]), db, |row| {
        found = Some(from_row(row)?.1.exchange(Set::default()).0);
        Ok(())
    })
    .await?;
    Ok(found)
}

/// The channels of `ids`, or all, with their members.
pub(super) async fn all(
    ids: Option<&[&str]>,
    db: &mut AnyConnection,
) -> Result<BTreeMap<ChannelId, Channel>, StoreError> {
    let mut found = BTreeMap::new();
    each(ids, db, |id, channel, members| {
        let members: Result<Set<PersonId>, IdError> = members.map(str::parse).collect();
        found.insert(id, channel.exchange(members?).0);
        Ok(())
    })
    .await?;
    Ok(found)
}

/// The channels that a connected server registered.
pub(crate) async fn of_servers(db: &mut AnyConnection) -> Result<BTreeSet<String>, StoreError> {
    let rows = sqlx::query("SELECT id FROM channels WHERE server IS NOT NULL")
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| {
            Columns {
                table: "channels",
                row,
            }
            .text(0)
        })
        .collect()
}

/// Writes all of the channels but their members.
pub async fn put_flags(entries: &[(&ChannelId, &Channel)], db: &mut AnyConnection) -> Result<(), StoreError> {
    for batch in entries.chunks(sql::batch(14)) {
        let text = format!(
            "INSERT INTO channels (id, label, owners, agency, missions, recipients, externals_allowed, \
             industry_allowed, state, label_mode, listed, name, server, label_drift) VALUES {} \
             ON CONFLICT (id) DO UPDATE SET label = excluded.label, owners = excluded.owners, \
             agency = excluded.agency, missions = excluded.missions, recipients = excluded.recipients, \
             externals_allowed = excluded.externals_allowed, industry_allowed = excluded.industry_allowed, \
             state = excluded.state, label_mode = excluded.label_mode, listed = excluded.listed, \
             name = excluded.name, server = excluded.server, label_drift = excluded.label_drift",
            sql::rows(batch.len(), 14),
        );
        let mut query = sqlx::query(sql::statement(text));
        for (id, channel) in batch {
            query = query
                .bind(id.as_str())
                .bind(json(&channel.label)?)
                .bind(channel.owners.as_ref().map(json).transpose()?)
                .bind(channel.agency.as_ref().map(AgencyId::as_str))
                .bind(json(&channel.missions)?)
                .bind(channel.recipients.as_ref().map(json).transpose()?)
                .bind(i64::from(channel.externals_allowed))
                .bind(i64::from(channel.industry_allowed))
                .bind(spelled(&channel.state)?)
                .bind(spelled(&channel.label_mode)?)
                .bind(i64::from(channel.listed))
                .bind(channel.name.as_deref())
                .bind(channel.server.as_ref().map(ServerId::as_str))
                .bind(i64::from(channel.label_drift));
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// What [`from_row`] reads.
const COLUMNS: &str = "id, label, owners, agency, missions, recipients, externals_allowed, industry_allowed, \
                       state, label_mode, listed, name, server, label_drift";

/// Hands over all channels, or those of `ids`, each with the names of its members, in no order.
pub async fn each(
    ids: Option<&[&str]>,
    db: &mut AnyConnection,
    mut take: impl FnMut(ChannelId, Channel<()>, Names<'_>) -> Result<(), IdError> + Send,
) -> Result<(), StoreError> {
    let columns = format!("{COLUMNS}, {}", members::of_channel());
    shelf::each::<Channels>(&columns, ids, db, |row| {
        let (id, channel) = from_row(row)?;
        let columns = Columns {
            table: "channels",
            row,
        };
        let members = columns.optional_text(14)?.unwrap_or_default();
        take(id, channel, members::names(&members)).map_err(|error| columns.bad(14, error))
    })
    .await
}

fn from_row(row: &AnyRow) -> Result<(ChannelId, Channel<()>), StoreError> {
    let columns = Columns {
        table: "channels",
        row,
    };
    let channel = Channel {
        label: columns.json(1)?,
        members: (),
        owners: columns.optional_json(2)?,
        agency: columns.optional_parsed(3)?,
        missions: columns.json(4)?,
        recipients: columns.optional_json(5)?,
        externals_allowed: columns.flag(6)?,
        industry_allowed: columns.flag(7)?,
        state: columns.word(8)?,
        label_mode: columns.word(9)?,
        listed: columns.flag(10)?,
        name: columns.optional_text(11)?,
        server: columns.optional_parsed(12)?,
        label_drift: columns.flag(13)?,
    };
    Ok((columns.parsed(0)?, channel))
}
