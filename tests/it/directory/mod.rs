// SPDX-License-Identifier: Apache-2.0
//! The directory against a real database of either engine.

mod approval;
mod changes;
mod channel;
mod import;
mod member;
mod person;
mod server;
mod sources;
mod statements;

use chrono::{DateTime, Utc};
use countersign_directory::operation::import::{ImportError, Options, Report, Source, import};
use countersign_directory::{ConnectedServer, Permit, World, world};
use countersign_tests::database::{TestDatabase, fresh};
use sqlx::AnyConnection;

pub(crate) const COALITION: &str = include_str!("../../../policies/worlds/coalition.world.json");

/// Noon of the scenarios' day.
pub(crate) fn now() -> DateTime<Utc> {
    at("2026-11-23T12:00:00Z")
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn coalition() -> World {
    world::parse(COALITION.as_bytes()).unwrap()
}

/// A database that holds the coalition.
pub(crate) async fn with_coalition() -> TestDatabase {
    let database = fresh().await;
    let _ = import_bytes(&database, COALITION.as_bytes(), &Options::default())
        .await
        .unwrap();
    database
}

/// Imports in a transaction of its own, committed when it succeeds.
pub(crate) async fn import_bytes(
    database: &TestDatabase,
    bytes: &[u8],
    options: &Options,
) -> Result<Report, ImportError> {
    let source = Source::read(bytes).map_err(ImportError::Faults)?;
    let mut tx = database.pool.begin().await.unwrap();
    let report = import(source, options, &Permit::operator(), now(), &mut tx).await?;
    tx.commit().await.unwrap();
    Ok(report)
}

pub(crate) async fn load(database: &TestDatabase) -> World {
    let mut db = database.pool.acquire().await.unwrap();
    countersign_directory::store::load_world(&mut db).await.unwrap().0
}

/// A chat server that keeps its own labels and members and sees the whole world.
pub(crate) fn synapse() -> ConnectedServer {
    serde_json::from_value(serde_json::json!({
        "id": "synapse", "kind": "synapse", "client_id": "synapse", "node": "nato-pol",
        "user_id": {"template": "@{id}:localhost"},
        "scope": {"people": "all", "channels": {"list": ["log-nr"]}},
        "may_assert": ["label", "quotes"], "labels_owner": "server", "members_owner": "server",
    }))
    .unwrap()
}

/// Files a connected server, or changes it: hugo asks, judy has approved.
pub(crate) async fn connect(server: &ConnectedServer, db: &mut AnyConnection) {
    let second = Some("judy".parse().unwrap());
    let permit = Permit::granted(
        "hugo".parse().unwrap(),
        "server.manage",
        server.id.as_str(),
        second,
    );
    let _ = countersign_directory::operation::server::put(server, &permit, now(), db)
        .await
        .unwrap();
}
