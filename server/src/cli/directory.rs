// SPDX-License-Identifier: Apache-2.0
//! `countersign directory import FILE`: people, channels and the rest from a world file, all or
//! nothing. Nothing is removed without `--replace`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use countersign_directory::operation::import::{ImportError, LISTED, Options, Report, Source, import};
use countersign_directory::{ApprovalId, Fault, Permit};

use super::opened::{Store, finish, outside};
use super::{Failure, block_on};

/// Directory commands.
#[derive(Debug, Subcommand)]
pub enum DirectoryCommand {
    /// Imports a world file: updates by id, removes nothing without `--replace`.
    Import(Import),
}

/// What to import, and how.
#[derive(Args, Debug)]
pub struct Import {
    /// The world file.
    file: PathBuf,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Remove what the file does not have.
    #[arg(long)]
    replace: bool,
    /// The approval by a second person, needed for whatever lets somebody do more in a store that holds people. It
    /// is asked for at `POST /api/v1/imports`.
    #[arg(long)]
    approved_by: Option<ApprovalId>,
    #[command(flatten)]
    store: Store,
}

impl DirectoryCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Import(import) = self;
        block_on(import.run())
    }
}

impl Import {
    async fn run(self) -> Result<(), Failure> {
        let file = self.file.display().to_string();
        let bytes = std::fs::read(&self.file)
            .map_err(|cause| Failure::Input(format!("`{file}` cannot be read: {cause}")))?;
        let source = Source::read(&bytes).map_err(|faults| listed(&file, &faults))?;
        let options = Options {
            dry_run: self.dry_run,
            replace: self.replace,
            approval: self.approved_by,
        };
        let app = self.store.open().await?;
        let mut transaction = app.database.begin_write().await.map_err(outside)?;
        let now = app.now();
        let report = import(source, &options, &Permit::operator(), now, &mut transaction)
            .await
            .map_err(|error| refused(&file, error))?;
        finish(&app, &report.events, transaction).await?;
        print(&report, options.dry_run);
        Ok(())
    }
}

fn listed(file: &str, faults: &[Fault]) -> Failure {
    let lines: Vec<String> = faults.iter().map(|fault| format!("{file}: {fault}")).collect();
    Failure::Input(lines.join("\n"))
}

fn refused(file: &str, error: ImportError) -> Failure {
    match error {
        ImportError::Faults(faults) => listed(file, &faults),
        ImportError::Store(cause) => outside(cause),
        error @ (ImportError::ApprovalMissing { .. } | ImportError::Changed(_)) => Failure::No(format!(
            "{error}\nNext: a security officer sends the file to `POST /api/v1/imports`, another one approves the \
             proposal, and its id goes with `--approved-by`; `--dry-run` names what needs it"
        )),
        error => Failure::No(error.to_string()),
    }
}

fn print(report: &Report, dry_run: bool) {
    for (map, counts) in &report.counts {
        println!(
            "{map}: {} created, {} updated, {} unchanged, {} removed",
            counts.created, counts.updated, counts.unchanged, counts.removed
        );
    }
    if dry_run {
        for thing in report.wider.iter().take(LISTED) {
            println!("lets somebody do more: {thing}");
        }
        let left_out = report.wider_in_all.saturating_sub(LISTED);
        if left_out > 0 {
            println!("and {left_out} more");
        }
        let needs = if report.needs_approval {
            " (needs a second person's approval)"
        } else {
            ""
        };
        println!("dry run: nothing was changed{needs}");
    }
}
