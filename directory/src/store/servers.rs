// SPDX-License-Identifier: Apache-2.0
//! Connected servers.

use std::collections::BTreeMap;

use sqlx::AnyConnection;

use super::row::{Columns, json};
use super::shelf::Shelf;
use super::{StoreError, documents, sql};
use crate::{ConnectedServer, Entity, Noun, ServerId};

/// The connected servers.
#[derive(Debug)]
pub struct Servers;

impl Shelf for Servers {
    type Id = ServerId;
    type Thing = ConnectedServer;

    const NOUN: Noun = Noun::Server;
    const TABLE: &'static str = "connected_servers";

    fn entity(thing: ConnectedServer) -> Entity {
        Entity::Server(thing)
    }

    async fn among(
        ids: &[&str],
        db: &mut AnyConnection,
    ) -> Result<BTreeMap<ServerId, ConnectedServer>, StoreError> {
        documents::read::<Self>(Some(ids), db).await
    }

    async fn put(
        entries: &[(&ServerId, &ConnectedServer)],
        db: &mut AnyConnection,
    ) -> Result<(), StoreError> {
        for batch in entries.chunks(sql::batch(3)) {
            let text = format!(
                "INSERT INTO connected_servers (id, client_id, body) VALUES {} \
                 ON CONFLICT (id) DO UPDATE SET client_id = excluded.client_id, body = excluded.body",
                sql::rows(batch.len(), 3),
            );
            let mut query = sqlx::query(sql::statement(text));
            for (id, server) in batch {
                query = query
                    .bind(id.as_str())
                    .bind(server.client_id.as_str())
                    .bind(json(server)?);
            }
            query.execute(&mut *db).await?;
        }
        Ok(())
    }
}

/// The server that calls as this OAuth client.
pub async fn by_client(
    client_id: &str,
    db: &mut AnyConnection,
) -> Result<Option<ConnectedServer>, StoreError> {
    let row = sqlx::query("SELECT id, body FROM connected_servers WHERE client_id = $1")
        .bind(client_id)
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Columns {
            table: "connected_servers",
            row: &row,
        }
        .json(1)
    })
    .transpose()
}
