// SPDX-License-Identifier: Apache-2.0
//! `countersign audit verify`: recomputes the whole record and names the first leaf that does not
//! fit.

use clap::Subcommand;
use countersign_audit::checkpoint::Checkpoint;
use countersign_audit::verify::{self, Fault};

use super::opened::{Store, outside};
use super::{Failure, block_on};
use crate::database::{Database, is_missing};
use crate::record;

/// Record commands.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recomputes every hash of the record.
    Verify {
        #[command(flatten)]
        store: Store,
        /// What an earlier run printed to be kept: that record must be the start of this one.
        #[arg(long, value_name = "SIZE:ROOT", value_parser = kept)]
        kept: Vec<Checkpoint>,
    },
}

impl AuditCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Verify { store, kept } = self;
        block_on(verify(store, kept))
    }
}

async fn verify(store: Store, kept: Vec<Checkpoint>) -> Result<(), Failure> {
    let config = store.config()?;
    let durability = config.record.durability;
    if is_missing(config.database.url()) {
        return Err(Failure::Input(format!(
            "there is no store in `{}`: name its folder with --data-dir or its configuration with --config",
            config.data_dir.display()
        )));
    }
    let database = Database::open(config.database.url(), 2, durability).await?;
    let mut db = database.pool.acquire().await.map_err(outside)?;
    let report = verify::database(&mut db, |_, _| {}).await.map_err(no)?;
    for earlier in &kept {
        verify::kept(earlier, &mut db).await.map_err(no)?;
    }
    let journals = verify::journals(&record::folder(&config.data_dir)).map_err(outside)?;
    if let Some(damage) = journals.damages.first() {
        return Err(Failure::No(format!("a journal does not verify: {damage}")));
    }
    println!(
        "ok: {} leaves, {} with their inputs, {} checkpoints, root {}; {} journal epochs",
        report.leaves, report.inputs_kept, report.checkpoints, report.root, journals.epochs
    );
    println!(
        "to be kept elsewhere, for --kept: {}:{}",
        report.leaves, report.root
    );
    Ok(())
}

fn no(fault: Fault) -> Failure {
    match fault {
        Fault::Store(cause) => outside(cause),
        fault => Failure::No(format!("the record does not verify: {fault}")),
    }
}

/// Reads `SIZE:ROOT`.
fn kept(text: &str) -> Result<Checkpoint, String> {
    let (size, root) = text.split_once(':').ok_or("expected SIZE:ROOT")?;
    Ok(Checkpoint {
        origin: "(kept)".to_owned(),
        size: size
            .parse()
            .map_err(|_| format!("`{size}` is no number of leaves"))?,
        root: root.parse().map_err(|fault| format!("`{root}`: {fault}"))?,
    })
}
