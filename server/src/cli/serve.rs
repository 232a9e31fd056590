// SPDX-License-Identifier: Apache-2.0
//! `countersign serve`.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, block_on, environment};
use crate::config::Config;

/// Serve sign-in, decisions and administration.
#[derive(Args, Debug)]
pub struct Serve {
    /// The configuration file.
    #[arg(long)]
    config: Option<PathBuf>,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = Config::load(self.config.as_deref(), environment())?;
        crate::telemetry::start("info");
        block_on(async move { drop(config); Ok(()) })
    }
}
