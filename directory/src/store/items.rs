// SPDX-License-Identifier: Apache-2.0
//! Registered messages and files.

use std::collections::BTreeMap;

use sqlx::AnyConnection;

use super::row::{Columns, json};
use super::shelf::{Shelf, each, parse_id};
use super::{StoreError, sql};
use crate::{Entity, Item, ItemId, ItemKind, Noun};

macro_rules! items {
    ($($(#[$doc:meta])* $shelf:ident = $kind:ident, $only:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $shelf;

        impl Shelf for $shelf {
            type Id = ItemId;
            type Thing = Item;

            const NOUN: Noun = Noun::$kind;
            const TABLE: &'static str = "items";
            const ONLY: &'static str = $only;

            fn entity(thing: Item) -> Entity {
                Entity::Item(thing)
            }

            async fn among(ids: &[&str], db: &mut AnyConnection) -> Result<BTreeMap<ItemId, Item>, StoreError> {
                read::<Self>(Some(ids), db).await
            }

            async fn put(entries: &[(&ItemId, &Item)], db: &mut AnyConnection) -> Result<(), StoreError> {
                put(ItemKind::$kind, entries, db).await
            }
        }
    )+};
}

items! {
    /// The registered files.
    Files = File, "kind = 'file' AND ";
    /// The registered messages.
    Messages = Message, "kind = 'message' AND ";
}

/// The items of `ids`, or all of their kind.
pub(super) async fn read<S: Shelf<Id = ItemId, Thing = Item>>(
    ids: Option<&[&str]>,
    db: &mut AnyConnection,
) -> Result<BTreeMap<ItemId, Item>, StoreError> {
    let mut found = BTreeMap::new();
    each::<S>("id, channel, label", ids, db, |row| {
        let columns = Columns { table: S::TABLE, row };
        let item = Item {
            channel: columns.parsed(1)?,
            label: columns.optional_json(2)?,
        };
        found.insert(parse_id::<S>(&columns.text(0)?)?, item);
        Ok(())
    })
    .await?;
    Ok(found)
}

async fn put(kind: ItemKind, entries: &[(&ItemId, &Item)], db: &mut AnyConnection) -> Result<(), StoreError> {
    for batch in entries.chunks(sql::batch(4)) {
        let text = format!(
            "INSERT INTO items (kind, id, channel, label) VALUES {} \
             ON CONFLICT (kind, id) DO UPDATE SET channel = excluded.channel, label = excluded.label",
            sql::rows(batch.len(), 4),
        );
        let mut query = sqlx::query(sql::statement(text));
        for (id, item) in batch {
            query = query
                .bind(kind.as_str())
                .bind(id.as_str())
                .bind(item.channel.as_str())
                .bind(item.label.as_ref().map(json).transpose()?);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}
