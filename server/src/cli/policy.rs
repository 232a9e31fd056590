// SPDX-License-Identifier: Apache-2.0
//! `countersign policy check|test|fmt`: the policies and their scenarios, with no server and no
//! database.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use countersign_authz::{Engine, scenario};

use super::Failure;
use super::opened::outside;

/// Policy commands.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Checks the shipped policies strictly, and names the revision that they make.
    Check,
    /// Runs scenario files against a world.
    Test {
        /// The world file.
        #[arg(long)]
        world: PathBuf,
        /// The scenario files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

impl PolicyCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let engine = Engine::builtin().map_err(outside)?;
        match self {
            Self::Check => {
                println!("ok: policy revision {}", engine.policy_revision());
                Ok(())
            }
            Self::Test { world, files } => test(&engine, &world, &files),
        }
    }
}

fn test(engine: &Engine, world: &Path, files: &[PathBuf]) -> Result<(), Failure> {
    let world_bytes = read(world)?;
    let named = files
        .iter()
        .map(|file| Ok((file.display().to_string(), read(file)?)));
    let named = named.collect::<Result<Vec<_>, Failure>>()?;
    let report = scenario::run_files(engine, &world_bytes, &named)
        .map_err(|fault| Failure::Input(fault.lines.join("\n")))?;
    println!("{report}");
    if report.failed() == 0 {
        Ok(())
    } else {
        // The rows are printed above; nothing is left to say.
        Err(Failure::No(String::new()))
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|cause| Failure::Input(format!("`{}` cannot be read: {cause}", file.display())))
}
