// SPDX-License-Identifier: Apache-2.0
//! Nouns that only the snapshot reads: one JSON body per row.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::AnyConnection;

use super::row::{Columns, json};
use super::shelf::{Shelf, each, parse_id};
use super::{StoreError, sql};
use crate::{
    Agency, AgencyId, Agreement, AgreementId, Device, DeviceId, Entity, Mission, MissionId, Node, NodeId,
    Noun,
};

macro_rules! documents {
    ($($(#[$doc:meta])* $shelf:ident: $id:ty => $thing:ty, $noun:ident in $table:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $shelf;

        impl Shelf for $shelf {
            type Id = $id;
            type Thing = $thing;

            const NOUN: Noun = Noun::$noun;
            const TABLE: &'static str = $table;

            fn entity(thing: $thing) -> Entity {
                Entity::$noun(thing)
            }

            async fn among(ids: &[&str], db: &mut AnyConnection) -> Result<BTreeMap<$id, $thing>, StoreError> {
                read::<Self>(Some(ids), db).await
            }

            async fn put(entries: &[(&$id, &$thing)], db: &mut AnyConnection) -> Result<(), StoreError> {
                put::<Self>(entries, db).await
            }
        }
    )+};
}

documents! {
    /// The agencies.
    Agencies: AgencyId => Agency, Agency in "agencies";
    /// The agreements between schemes.
    Agreements: AgreementId => Agreement, Agreement in "agreements";
    /// The devices.
    Devices: DeviceId => Device, Device in "devices";
    /// The missions.
    Missions: MissionId => Mission, Mission in "missions";
    /// The federation peers and media servers.
    Nodes: NodeId => Node, Node in "nodes";
}

/// The bodies of `ids`, or all.
pub(super) async fn read<S: Shelf<Thing: DeserializeOwned>>(
    ids: Option<&[&str]>,
    db: &mut AnyConnection,
) -> Result<BTreeMap<S::Id, S::Thing>, StoreError> {
    let mut found = BTreeMap::new();
    each::<S>("id, body", ids, db, |row| {
        let columns = Columns { table: S::TABLE, row };
        found.insert(parse_id::<S>(&columns.text(0)?)?, columns.json(1)?);
        Ok(())
    })
    .await?;
    Ok(found)
}

async fn put<S: Shelf<Thing: Serialize>>(
    entries: &[(&S::Id, &S::Thing)],
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for batch in entries.chunks(sql::batch(2)) {
        let text = format!(
            "INSERT INTO {} (id, body) VALUES {} ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            S::TABLE,
            sql::rows(batch.len(), 2),
        );
        let mut query = sqlx::query(sql::statement(text));
        for (id, thing) in batch {
            query = query.bind(id.as_ref().to_owned()).bind(json(thing)?);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}
