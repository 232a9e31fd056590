// SPDX-License-Identifier: Apache-2.0
//! For commands that work on a store without serving: the operator's own acts, put on record as his.

use std::path::PathBuf;

use clap::Args;
use countersign_directory::{Actor, Event};

use super::{Failure, environment};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::database::WriteTransaction;
use crate::house;
use crate::record;
use crate::rng::Randomness;

/// Which store a command works on.
#[derive(Args, Clone, Debug)]
pub struct Store {
    /// The configuration file.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The data folder, in place of the configuration's.
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

impl Store {
    /// The configuration that names the store.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        let data_dir = self
            .data_dir
            .as_ref()
            .map(|folder| ("COUNTERSIGN_DATA_DIR".to_owned(), folder.display().to_string()));
        Ok(Config::load(
            self.config.as_deref(),
            environment().chain(data_dir),
        )?)
    }

    /// The arguments by which another command finds the same store.
    pub(super) fn arguments(&self) -> String {
        let named = [("--config", &self.config), ("--data-dir", &self.data_dir)];
        let quoted = |path: &PathBuf| path.display().to_string().replace('\'', r"'\''");
        named
            .into_iter()
            .filter_map(|(name, path)| Some(format!(" {name} '{}'", quoted(path.as_ref()?))))
            .collect()
    }

    /// Opens it.
    pub(super) async fn open(&self) -> Result<App, Failure> {
        let randomness = Randomness::system().map_err(|fault| Failure::Outside(fault.to_string()))?;
        Ok(house::open(self.config()?, Clock::system(), randomness, None).await?)
    }
}

impl Store {
    /// The configuration of a store that is there: reading must not make an empty one.
    pub(super) fn existing(&self) -> Result<Config, Failure> {
        let config = self.config()?;
        if crate::database::is_missing(config.database.url()) {
            return Err(Failure::Input(format!(
                "there is no store in `{}`: name its folder with --data-dir or its configuration with --config",
                config.data_dir.display()
            )));
        }
        Ok(config)
    }

    /// Opens it, unless there is nothing to open.
    pub(super) async fn open_existing(&self) -> Result<App, Failure> {
        self.existing()?;
        self.open().await
    }
}

/// Puts an operator's act on record and commits it.
pub(super) async fn finish(
    app: &App,
    events: &[Event],
    mut transaction: WriteTransaction,
) -> Result<(), Failure> {
    record::append(&Actor::Operator, events, app.now(), &mut transaction)
        .await
        .map_err(outside)?;
    app.commit(transaction).await.map_err(outside)
}

/// Something outside failed.
pub(super) fn outside(fault: impl std::fmt::Display) -> Failure {
    Failure::Outside(fault.to_string())
}
