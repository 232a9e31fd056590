// SPDX-License-Identifier: Apache-2.0
//! `countersign matrix policy|join`: what to put into a room so that homeservers ask about it, and joining it.

use clap::Subcommand;
use serde_json::json;

use super::opened::{Store, outside};
use super::{Failure, block_on};

/// Commands of the Matrix federation.
#[derive(Debug, Subcommand)]
pub enum MatrixCommand {
    /// Prints the content of the room state `m.room.policy` that names this server.
    Policy {
        #[command(flatten)]
        store: Store,
    },
    /// Joins a room, as homeservers ask only servers that are in it, and registers its label and members.
    Join {
        /// The room, `!…`.
        room: String,
        /// The homeserver through which to join.
        #[arg(long)]
        via: String,
        #[command(flatten)]
        store: Store,
    },
}

impl MatrixCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (Self::Policy { store } | Self::Join { store, .. }) = &self;
        let store = store.clone();
        block_on(async move {
            let app = store.open_existing().await?;
            let member = app.matrix.as_ref().ok_or_else(|| {
                Failure::Input(
                    "there is no `[matrix]` in the configuration: name it with --config".to_owned(),
                )
            })?;
            let told = match self {
                Self::Policy { .. } => json!({
                    "via": member.name,
                    "public_keys": { "ed25519": member.policy_key.public() },
                    "user": member.user(),
                }),
                Self::Join { room, via, .. } => {
                    let joined = app.matrix_join(member, &room, &via).await.map_err(outside)?;
                    json!({
                        "room": room,
                        "version": joined.version.to_string(),
                        "registered": joined.registered,
                        "members": joined.members,
                    })
                }
            };
            println!("{told}");
            Ok(())
        })
    }
}
