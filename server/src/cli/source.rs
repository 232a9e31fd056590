// SPDX-License-Identifier: Apache-2.0
//! `countersign source`: which sources of people there are, whether one is wired, and what a mapping makes of
//! a sample; bringing in the people of a directory, and approving metadata that changed.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use countersign_directory::source::{Mapping, Source};
use countersign_directory::store::{Sources, load, sources};
use countersign_directory::{PersonId, SourceId, json};
use serde_json::Value;

use super::doctor::told;
use super::opened::{Store, outside};
use super::{Failure, block_on, source_metadata};
use crate::app::App;
use crate::sources::test::outcome::of_sample;
use crate::sources::test::{Asked, test};
use crate::sources::{sample, written};

/// Commands about sources of people.
#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// Lists the sources, one line each.
    List {
        #[command(flatten)]
        store: Store,
    },
    /// Says what a source's mapping makes of a sample, and what of it its cap lets pass.
    Map {
        /// The source.
        id: String,
        /// JSON: a member for each attribute, with its value or a list of values.
        #[arg(long)]
        file: PathBuf,
        /// JSON: a mapping to be tried in place of the source's own.
        #[arg(long)]
        mapping: Option<PathBuf>,
        /// Somebody on file of whom it is said; somebody new, if absent.
        #[arg(long)]
        person: Option<PersonId>,
        #[command(flatten)]
        store: Store,
    },
    /// Says what is kept of a SAML provider's metadata, and of a change that waits for approval.
    Metadata {
        /// The source.
        id: SourceId,
        /// Lets the change count from now on. Compare its keys with the provider's by another way first.
        #[arg(long)]
        approve: bool,
        #[command(flatten)]
        store: Store,
    },
    /// Brings in the people of a directory, now; the report is printed.
    Sync {
        /// The source.
        id: SourceId,
        /// Says what would happen, and changes nothing.
        #[arg(long)]
        dry_run: bool,
        /// Reads everything, not only what changed.
        #[arg(long)]
        full: bool,
        #[command(flatten)]
        store: Store,
    },
    /// Says what is wrong with a source, and how to mend it.
    Test {
        /// The source.
        id: String,
        /// A name as she signs in with it at the source: also says what would come of her.
        #[arg(long)]
        person: Option<String>,
        /// A response of a SAML provider: XML, or `SAMLResponse` as a browser posted it.
        #[arg(long)]
        response: Option<PathBuf>,
        #[command(flatten)]
        store: Store,
    },
}

impl SourceCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { store } => block_on(async move {
                let app = store.open_existing().await?;
                let mut db = app.database.pool.acquire().await.map_err(outside)?;
                for (source, keeper) in sources::all(&mut db).await.map_err(outside)? {
                    let state = written::word(source.state);
                    let protocol = source.protocol.name();
                    println!(
                        "{:<20} {protocol:<5} {state:<9} {:<15} {}",
                        source.id.as_str(),
                        keeper.as_str(),
                        source.name
                    );
                }
                Ok(())
            }),
            Self::Map {
                id,
                file,
                mapping,
                person,
                store,
            } => {
                let said = sample::read(&read(&file)?).map_err(Failure::Input)?;
                let mapping = mapping.as_deref().map(read).transpose()?;
                block_on(async move {
                    let app = store.open_existing().await?;
                    let mut source = held(&app, &id).await?;
                    if let Some(mapping) = mapping {
                        source.mapping = Mapping::read(mapping)
                            .map_err(|faults| Failure::Input(written::told(&faults)))?;
                    }
                    let mut db = app.database.pool.acquire().await.map_err(outside)?;
                    let outcome = of_sample(&source, &said, person.as_ref(), app.now(), &mut db)
                        .await
                        .map_err(|fault| Failure::Input(fault.to_string()))?;
                    let text = serde_json::to_string_pretty(&outcome).map_err(outside)?;
                    println!("{text}");
                    match outcome.fault {
                        Some(fault) => Err(Failure::No(format!("{}: {}", fault.rule, fault.message))),
                        None => Ok(()),
                    }
                })
            }
            Self::Metadata { id, approve, store } => source_metadata::run(&id, approve, &store),
            Self::Sync {
                id,
                dry_run,
                full,
                store,
            } => super::source_sync::run(id, full, dry_run, store),
            Self::Test {
                id,
                person,
                response,
                store,
            } => {
                let response = response.as_deref().map(text).transpose()?;
                let lines = block_on(async move {
                    let app = store.open_existing().await?;
                    let source = held(&app, &id).await?;
                    let asked = Asked {
                        person: person.as_deref(),
                        response: response.as_deref(),
                    };
                    Ok(test(&app, &source, asked, None).await)
                })?;
                told(&lines)
            }
        }
    }
}

async fn held(app: &App, id: &str) -> Result<Source, Failure> {
    let mut db = app.database.pool.acquire().await.map_err(outside)?;
    let source = load::<Sources>(id, &mut db).await.map_err(outside)?;
    source.ok_or_else(|| {
        Failure::Input(format!(
            "there is no source `{id}`: `countersign source list` names them"
        ))
    })
}

fn read(file: &Path) -> Result<Value, Failure> {
    json::strict(text(file)?.as_bytes())
        .map_err(|fault| Failure::Input(format!("{}: {fault}", file.display())))
}

fn text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|cause| Failure::Input(format!("`{}` cannot be read: {cause}", file.display())))
}
