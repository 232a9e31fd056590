// SPDX-License-Identifier: Apache-2.0
//! `countersign key`: what others verify us by, and taking a key out that somebody else may know.

use clap::Subcommand;
use countersign_directory::Actor;
use serde_json::json;

use super::opened::{Store, outside};
use super::{Failure, block_on};

/// Commands about signing keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Prints each published key of OpenID and SAML, a line of JSON each.
    List {
        #[command(flatten)]
        store: Store,
    },
    /// Takes a key out of the key set or the metadata at once, beside a server that runs; a fresh one signs in its
    /// place.
    Withdraw {
        /// Its id, as `countersign key list` prints it.
        id: String,
        #[command(flatten)]
        store: Store,
    },
}

impl KeyCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { store } => block_on(async move {
                let app = store.open_existing().await?;
                for key in app.published_keys().await.map_err(outside)? {
                    println!("{}", json!(key));
                }
                Ok(())
            }),
            Self::Withdraw { id, store } => block_on(async move {
                let app = store.open_existing().await?;
                if app.withdraw_key(&id, &Actor::Operator).await.map_err(outside)? {
                    Ok(())
                } else {
                    Err(Failure::No(format!(
                        "no key `{id}` is published: see `countersign key list`"
                    )))
                }
            }),
        }
    }
}
