// SPDX-License-Identifier: Apache-2.0
//! `countersign person enrol ID…`: gives people a one-time address each, at which they set up how
//! they sign in. The operator's act, on record as his.

use authn::account::{self, Ways};
use authn::{Happened, enrolment};
use clap::Subcommand;
use countersign_authn as authn;
use countersign_directory::{Actor, Event, PersonId, Status};
use serde_json::json;

use super::opened::{Store, finish, outside};
use super::{Failure, block_on};
use crate::app::App;

/// Commands about people.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Prints a one-time enrolment address for each person; an earlier unused one becomes worthless.
    Enrol {
        /// Who; each must be in the directory and active.
        #[arg(required = true)]
        people: Vec<PersonId>,
        /// Also for people who can sign in already, whom two security officers should give a new way
        /// (`POST /api/v1/people/{id}/recover`). On record as done alone.
        #[arg(long)]
        alone: bool,
        #[command(flatten)]
        store: Store,
    },
}

impl PersonCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Enrol { people, alone, store } = self;
        block_on(async move {
            let app = store.open().await?;
            let snapshot = app.snapshot();
            for id in &people {
                match snapshot.person(id.as_str()).map(|person| person.status) {
                    Some(Status::Active) => {}
                    Some(Status::Disabled) => return Err(Failure::No(format!("`{id}` is disabled"))),
                    None => return Err(Failure::Input(format!("nobody has the id `{id}`"))),
                }
            }
            let mut events = Vec::new();
            for id in &people {
                let mut db = app.database.pool.acquire().await.map_err(outside)?;
                if account::ways(id, &mut db).await.map_err(outside)? == Ways::default() {
                    continue;
                }
                if !alone {
                    return Err(Failure::No(format!(
                        "`{id}` can sign in already: two security officers give a new way \
                         (`POST /api/v1/people/{id}/recover`); --alone does it by yourself, on record as that"
                    )));
                }
                events.push(Event::new("enrolment.issued_alone", id.as_str(), json!({})));
            }
            let transaction = app.database.begin_write().await.map_err(outside)?;
            finish(&app, &events, transaction).await?;
            for (person, address) in addresses(&app, &people).await? {
                println!("{person}  {address}");
            }
            Ok(())
        })
    }
}

/// A fresh one-time enrolment address for each of these people.
pub(super) async fn addresses<'a>(
    app: &App,
    people: impl IntoIterator<Item = &'a PersonId>,
) -> Result<Vec<(PersonId, String)>, Failure> {
    let now = app.now();
    let mut log = Happened::new();
    let mut rng = app.rng();
    let mut addresses = Vec::new();
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    for person in people {
        let link = enrolment::issue(
            person,
            enrolment::LIFETIME,
            now,
            &mut rng,
            &mut log,
            &mut transaction,
        )
        .await
        .map_err(outside)?;
        let address = format!("{}/enrol/{}", app.config.issuer, link.expose());
        addresses.push((person.clone(), address));
    }
    app.settle(&Actor::Operator, &log, now, transaction)
        .await
        .map_err(outside)?;
    Ok(addresses)
}
