// SPDX-License-Identifier: Apache-2.0
//! The world as a whole, for a process that starts, and one entity, for the tail of the feed.

use sqlx::AnyConnection;

use super::shelf::{Shelf, load};
use super::{
    Agencies, Agreements, Channels, Devices, Files, Messages, Missions, Nodes, People, Servers, Sources,
    StoreError, approvals, changes, channels, documents, items, members, people, server_ids, settings,
};
use crate::change::parse_member_id;
use crate::{Entity, Noun, Revision, World};

/// Loads all that exists, and the revision that it is at least. Called outside a transaction the
/// world may already hold changes behind that revision; applying them again changes nothing.
pub async fn load_world(db: &mut AnyConnection) -> Result<(World, Revision), StoreError> {
    let revision = changes::head(db).await?;
    let mut world = beside_people_and_channels(db).await?;
    people::each(None, db, |id, person| drop(world.people.insert(id, person))).await?;
    world.channels = channels::all(None, db).await?;
    Ok((world, revision))
}

/// All that exists but the people and the channels, which whoever keeps a million takes one by one.
pub async fn beside_people_and_channels(db: &mut AnyConnection) -> Result<World, StoreError> {
    Ok(World {
        agencies: documents::read::<Agencies>(None, db).await?,
        missions: documents::read::<Missions>(None, db).await?,
        agreements: documents::read::<Agreements>(None, db).await?,
        devices: documents::read::<Devices>(None, db).await?,
        messages: items::read::<Messages>(None, db).await?,
        files: items::read::<Files>(None, db).await?,
        nodes: documents::read::<Nodes>(None, db).await?,
        settings: settings::load(db).await?,
        servers: documents::read::<Servers>(None, db).await?,
        server_ids: server_ids::all(db).await?,
        ..World::default()
    })
}

/// Writes all of `world` over what is on file. Neither compares nor records: that is the import's.
pub async fn put_world(world: &World, db: &mut AnyConnection) -> Result<(), StoreError> {
    macro_rules! put {
        ($($shelf:ident: $field:ident;)+) => {$(
            let entries: Vec<_> = world.$field.iter().collect();
            $shelf::put(&entries, db).await?;
        )+};
    }
    put! {
        Agencies: agencies;
        Missions: missions;
        Agreements: agreements;
        People: people;
        Devices: devices;
        Channels: channels;
        Messages: messages;
        Files: files;
        Nodes: nodes;
        Servers: servers;
    }
    match &world.settings {
        Some(written) => settings::put(written, db).await,
        None => Ok(()),
    }
}

/// One entity as it is now; nothing when it is gone, or when another room keeps the noun.
pub async fn entity(noun: Noun, id: &str, db: &mut AnyConnection) -> Result<Option<Entity>, StoreError> {
    let entity = match noun {
        Noun::Agency => load::<Agencies>(id, db).await?.map(Entity::Agency),
        Noun::Agreement => load::<Agreements>(id, db).await?.map(Entity::Agreement),
        Noun::Approval => match id.parse() {
            Ok(id) => approvals::load(&id, db).await?.map(Entity::Approval),
            Err(_) => None,
        },
        Noun::Channel => load::<Channels>(id, db).await?.map(Entity::Channel),
        Noun::Device => load::<Devices>(id, db).await?.map(Entity::Device),
        Noun::File => load::<Files>(id, db).await?.map(Entity::Item),
        Noun::Member => match parse_member_id(id) {
            Some((channel, person)) if members::contains(&channel, &person, db).await? => {
                Some(Entity::Member(channel, person))
            }
            _ => None,
        },
        Noun::Message => load::<Messages>(id, db).await?.map(Entity::Item),
        Noun::Mission => load::<Missions>(id, db).await?.map(Entity::Mission),
        Noun::Node => load::<Nodes>(id, db).await?.map(Entity::Node),
        Noun::Person => load::<People>(id, db).await?.map(Entity::Person),
        Noun::Server => load::<Servers>(id, db).await?.map(Entity::Server),
        Noun::ServerIds => match id.parse() {
            Ok(id) => Some(Entity::ServerIds(server_ids::load(&id, db).await?)),
            Err(_) => None,
        },
        Noun::Settings => settings::load(db).await?.map(Entity::Settings),
        Noun::Source => load::<Sources>(id, db).await?.map(Box::new).map(Entity::Source),
        Noun::Client | Noun::Policy | Noun::Session | Noun::SigningKey | Noun::World => None,
    };
    Ok(entity)
}
