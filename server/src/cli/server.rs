// SPDX-License-Identifier: Apache-2.0
//! `countersign server add FILE`: connects a chat server, as its record and its client say, and
//! prints the client's credentials once.

use std::path::PathBuf;

use authn::Happened;
use authn::oidc::client::{ClientRecord, Grant, new_secret};
use authn::secret::Secret;
use authn::store::clients;
use clap::Subcommand;
use countersign_authn as authn;
use countersign_directory::operation::amend::AmendFault;
use countersign_directory::operation::server;
use countersign_directory::{Actor, Change, ConnectedServer, Noun, Permit, ServerId};
use serde::Deserialize;
use serde_json::json;

use super::client::not_of_the_configuration;
use super::opened::{Store, finish, outside};
use super::{Failure, block_on};
use crate::app::App;
use crate::database::WriteTransaction;
use crate::record;

/// Connected-server commands.
#[derive(Debug, Subcommand)]
pub enum ServerCommand {
    /// Connects a chat server, or changes its record; a client gets a new secret. One that is there gets more by
    /// two people, at `PUT /api/v1/servers/{id}`.
    Add {
        /// JSON: `{"server": RECORD, "client": CLIENT}`.
        file: PathBuf,
        #[command(flatten)]
        store: Store,
    },
}

/// What the file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Connection {
    /// The connected server's record.
    pub(super) server: ConnectedServer,
    /// Its client; absent, one that only asks and signs nobody in.
    pub(super) client: Option<ClientRecord>,
}

impl ServerCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Add { file, store } = self;
        let name = file.display().to_string();
        let bytes = std::fs::read(&file)
            .map_err(|cause| Failure::Input(format!("`{name}` cannot be read: {cause}")))?;
        let mut source = serde_json::Deserializer::from_slice(&bytes);
        let connection: Connection = serde_path_to_error::deserialize(&mut source)
            .map_err(|fault| Failure::Input(format!("{name}: {fault}")))?;
        block_on(async move {
            let app = store.open().await?;
            let id = connection.server.id.to_string();
            let client_id = connection.server.client_id.clone();
            let secret = connect(&app, connection).await?;
            let issuer = &app.config.issuer;
            let told = json!({
                "id": id,
                "client_id": client_id,
                "client_secret": secret.expose(),
                "token_url": format!("{issuer}/oauth2/token"),
                "issuer": issuer,
            });
            println!("{told}");
            Ok(())
        })
    }
}

/// Files the record and the client, with a new secret.
pub(super) async fn connect(app: &App, connection: Connection) -> Result<Secret, Failure> {
    let Connection {
        server: record,
        client,
    } = connection;
    let mut client = client.unwrap_or_else(|| asking_client(&record));
    if client.id != record.client_id {
        return Err(Failure::Input(format!(
            "`client.id` is `{}`, yet `server.client_id` is `{}`",
            client.id, record.client_id
        )));
    }
    client.server = Some(record.id.clone());
    let now = app.now();
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    let outcome = server::put(&record, &Permit::operator(), now, &mut transaction)
        .await
        .map_err(|fault| refused(&record.id, fault))?;
    let secret = file_client(app, &client, &mut transaction).await?;
    finish(app, &outcome.events, transaction).await?;
    Ok(secret)
}

fn refused(id: &ServerId, fault: AmendFault) -> Failure {
    match fault {
        AmendFault::ApprovalMissing(_) => Failure::No(format!(
            "server `{id}` is connected already, and {fault}. Let a system administrator send the record to \
             `PUT /api/v1/servers/{id}` and a security officer approve it; then run this again, for the client"
        )),
        AmendFault::Store(cause) => outside(cause),
        fault => Failure::Input(format!("server `{id}`: {fault}")),
    }
}

/// Files a client, with a new secret if it proves itself with one.
pub(super) async fn file_client(
    app: &App,
    client: &ClientRecord,
    transaction: &mut WriteTransaction,
) -> Result<Secret, Failure> {
    file_record(app, client, transaction).await?;
    let (secret, hash) = new_secret(&mut app.rng());
    let hash = client.has_secret().then_some(hash);
    clients::set_secret(&client.id, hash, transaction)
        .await
        .map_err(outside)?;
    Ok(secret)
}

/// Files a client's record, and leaves what it proves itself with as it is.
pub(super) async fn file_record(
    app: &App,
    client: &ClientRecord,
    transaction: &mut WriteTransaction,
) -> Result<(), Failure> {
    let faults = client.faults();
    if !faults.is_empty() {
        return Err(Failure::Input(format!(
            "client `{}`: {}",
            client.id,
            faults.join("; ")
        )));
    }
    not_of_the_configuration(&client.id, transaction).await?;
    let now = app.now();
    clients::put(client, now, transaction).await.map_err(outside)?;
    let mut log = Happened::new();
    log.event("client.put", client.id.as_str(), json!({ "record": client }));
    log.change(Change::put(Noun::Client, client.id.as_str()));
    record::happened(&Actor::Operator, &log, now, transaction)
        .await
        .map_err(outside)
}

/// A client for a server that only asks.
fn asking_client(record: &ConnectedServer) -> ClientRecord {
    ClientRecord {
        server: Some(record.id.clone()),
        ..ClientRecord::new(
            record.client_id.clone(),
            record.id.to_string(),
            vec![Grant::ClientCredentials],
        )
    }
}
