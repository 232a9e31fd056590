// SPDX-License-Identifier: Apache-2.0
//! `countersign config check`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Failure, environment};
use crate::config::Config;

/// Configuration commands.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Reads the configuration as `serve` would, and says what is wrong.
    Check {
        /// The configuration file.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Prints the JSON Schema of the configuration file: every key with its meaning.
    Schema,
}

impl ConfigCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check { config } => {
                let checked = Config::load(config.as_deref(), environment())?;
                println!("ok: {} on {}", checked.issuer, checked.listen.address);
            }
            Self::Schema => println!("{:#}", schemars::schema_for!(Config).as_value()),
        }
        Ok(())
    }
}
