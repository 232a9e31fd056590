// SPDX-License-Identifier: Apache-2.0
//! `countersign init`: sets up an empty store. Two security officers get a one-time address each, at
//! which they enrol their first authenticator: from then on two people can approve each other's
//! grants. The first connected server gets its credentials.

use clap::Args;
use countersign_directory::operation::import::{Options, Source, import};
use countersign_directory::{Permit, PersonId, ServerId};
use serde_json::{Map, Value, json};

use super::opened::{Store, finish, outside};
use super::person::addresses;
use super::server::{Connection, connect};
use super::{Failure, block_on};
use crate::app::App;

/// Set up an empty store.
#[derive(Args, Debug)]
pub struct Init {
    /// A first security officer; name two.
    #[arg(long = "officer", required = true)]
    officers: Vec<PersonId>,
    /// The first connected server: it maps ids one to one, sees all, and is told public reasons.
    #[arg(long)]
    server: Option<ServerId>,
    #[command(flatten)]
    store: Store,
}

impl Init {
    pub(super) fn run(self) -> Result<(), Failure> {
        block_on(self.set_up())
    }

    async fn set_up(self) -> Result<(), Failure> {
        if self.officers.len() < 2 || self.officers.first() == self.officers.last() {
            return Err(Failure::Input(
                "name two officers: what grants anything needs two people (--officer A --officer B)".into(),
            ));
        }
        let app = self.store.open().await?;
        if app.snapshot().people().next().is_some() {
            return Err(Failure::No(
                "the store holds people already: `init` is for an empty one".into(),
            ));
        }
        let server = match &self.server {
            None => None,
            Some(id) => Some(connection(id)?),
        };
        create_officers(&app, &self.officers).await?;
        println!("Open each address once, on the officer's own machine, within 24 hours:");
        for (officer, address) in addresses(&app, &self.officers).await? {
            println!("  {officer}  {address}");
        }
        if let Some(connection) = server {
            let id = connection.server.id.clone();
            let secret = connect(&app, connection).await?;
            println!(
                "\nConnected server {id}: client_id {id}, client_secret {}",
                secret.expose()
            );
            println!("token endpoint {}/oauth2/token", app.config.issuer);
        }
        println!(
            "\nNext: `countersign serve`. Everybody else comes in by a world file that one officer sends to \
             `POST /api/v1/imports` and the other approves."
        );
        Ok(())
    }
}

async fn create_officers(app: &App, officers: &[PersonId]) -> Result<(), Failure> {
    let person = json!({"kind": "government", "status": "active", "roles": ["security_officer"]});
    let people: Map<String, Value> = officers
        .iter()
        .map(|id| (id.to_string(), person.clone()))
        .collect();
    let world = json!({ "users": people }).to_string();
    let source = Source::read(world.as_bytes()).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::Input(lines.join("\n"))
    })?;
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    let options = Options::default();
    let report = import(source, &options, &Permit::operator(), app.now(), &mut transaction)
        .await
        .map_err(outside)?;
    finish(app, &report.events, transaction).await
}

fn connection(id: &ServerId) -> Result<Connection, Failure> {
    let record = json!({
        "server": {
            "id": id,
            "kind": "generic",
            "client_id": id,
            "scope": {"people": "all", "channels": "all"},
            "may_assert": ["label", "quotes", "to", "target", "node"]
        }
    });
    serde_json::from_value(record).map_err(outside)
}
