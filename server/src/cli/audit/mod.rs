// SPDX-License-Identifier: Apache-2.0
//! `countersign audit …`: shows to whoever doubts it that the record is what it was.

use clap::Subcommand;

use super::{Failure, block_on};

mod export;
mod replay;
mod verify;
mod witness;

/// Record commands.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Writes the record into one file, to be kept and checked elsewhere.
    Export(export::Export),
    /// Takes recorded decisions again and compares, byte for byte.
    Replay(replay::Replay),
    /// Recomputes every hash of the record, in its store or in an export.
    Verify(verify::Verify),
    /// Watches somebody's record, and signs what continues what it saw.
    #[command(subcommand)]
    Witness(witness::WitnessCommand),
}

impl AuditCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Export(export) => block_on(export.run()),
            Self::Replay(replay) => block_on(replay.run()),
            Self::Verify(verify) => block_on(verify.run()),
            Self::Witness(witness) => block_on(witness.run()),
        }
    }
}
