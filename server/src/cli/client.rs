// SPDX-License-Identifier: Apache-2.0
//! `countersign client`: applications that people sign in to, or that ask for themselves, beside the chat
//! servers of `countersign server`.

use std::path::PathBuf;

use authn::Happened;
use authn::oidc::client::ClientRecord;
use authn::store::clients;
use clap::Subcommand;
use countersign_authn as authn;
use countersign_directory::{Actor, Change, Noun};
use serde_json::json;
use sqlx::AnyConnection;

use super::client_saml::SamlClient;
use super::opened::{Store, outside};
use super::server::file_client;
use super::{Failure, block_on};
use crate::app::App;

/// Client commands.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Registers a client, or replaces its record, and prints its credentials once. One that proves itself with
    /// a secret gets a new one.
    Put {
        /// JSON: the client's record.
        file: PathBuf,
        #[command(flatten)]
        store: Store,
    },
    /// Prints each client's record, a line of JSON each.
    List {
        #[command(flatten)]
        store: Store,
    },
    /// Registers a service provider by its SAML metadata, or takes newer metadata of it.
    Saml(Box<SamlClient>),
    /// Removes a client: nobody can sign in to it any more, and it cannot prove itself.
    Remove {
        /// Its id.
        id: String,
        #[command(flatten)]
        store: Store,
    },
}

impl ClientCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Put { file, store } => {
                let record = read(&file)?;
                block_on(async move { put(&store.open().await?, &record).await })
            }
            Self::Saml(client) => client.run(),
            Self::List { store } => block_on(async move { list(&store.open_existing().await?).await }),
            Self::Remove { id, store } => {
                block_on(async move { remove(&store.open_existing().await?, &id).await })
            }
        }
    }
}

fn read(file: &PathBuf) -> Result<ClientRecord, Failure> {
    let name = file.display().to_string();
    let bytes =
        std::fs::read(file).map_err(|cause| Failure::Input(format!("`{name}` cannot be read: {cause}")))?;
    let mut source = serde_json::Deserializer::from_slice(&bytes);
    serde_path_to_error::deserialize(&mut source).map_err(|fault| Failure::Input(format!("{name}: {fault}")))
}

async fn put(app: &App, record: &ClientRecord) -> Result<(), Failure> {
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    let secret = file_client(app, record, &mut transaction).await?;
    app.commit(transaction).await.map_err(outside)?;
    let mut told = json!({ "client_id": record.id, "issuer": app.config.issuer });
    if record.has_secret()
        && let Some(members) = told.as_object_mut()
    {
        members.insert("client_secret".into(), secret.expose().into());
    }
    println!("{told}");
    Ok(())
}

async fn list(app: &App) -> Result<(), Failure> {
    let mut db = app.database.pool.acquire().await.map_err(outside)?;
    for client in clients::all(&mut db).await.map_err(outside)? {
        println!("{}", json!(client.record));
    }
    Ok(())
}

async fn remove(app: &App, id: &str) -> Result<(), Failure> {
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    not_of_the_configuration(id, &mut transaction).await?;
    if !clients::remove(id, &mut transaction).await.map_err(outside)? {
        return Err(Failure::No(format!("there is no client `{id}`")));
    }
    let mut log = Happened::new();
    log.event("client.removed", id, json!({}));
    log.change(Change::put(Noun::Client, id));
    app.settle(&Actor::Operator, &log, app.now(), transaction)
        .await
        .map_err(outside)
}

/// What the configuration names is changed there.
pub(super) async fn not_of_the_configuration(id: &str, db: &mut AnyConnection) -> Result<(), Failure> {
    if clients::is_configured(id, db).await.map_err(outside)? {
        return Err(Failure::Input(format!(
            "client `{id}` stands in the configuration: change it there, and start anew"
        )));
    }
    Ok(())
}
