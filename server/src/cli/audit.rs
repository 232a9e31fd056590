// SPDX-License-Identifier: Apache-2.0
//! `countersign audit verify`: recomputes the whole record and names the first leaf that does not
//! fit.

use clap::Subcommand;
use countersign_audit::verify::{self, Fault};

use super::opened::{Store, outside};
use super::{Failure, block_on};
use crate::database::Database;
use crate::record;

/// Record commands.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recomputes every hash of the record.
    Verify {
        #[command(flatten)]
        store: Store,
    },
}

impl AuditCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Verify { store } = self;
        block_on(verify(store))
    }
}

async fn verify(store: Store) -> Result<(), Failure> {
    let config = store.config()?;
    let durability = config.record.durability;
    let database = Database::open(config.database.url(), 2, durability).await?;
    let mut db = database.pool.acquire().await.map_err(outside)?;
    let report = verify::database(&mut db, |_, _| {}).await.map_err(|fault| match fault {
        Fault::Store(cause) => outside(cause),
        fault => Failure::No(format!("the record does not verify: {fault}")),
    })?;
    let journals = verify::journals(&record::folder(&config.data_dir)).map_err(outside)?;
    if let Some(damage) = journals.damages.first() {
        return Err(Failure::No(format!("a journal does not verify: {damage}")));
    }
    println!(
        "ok: {} leaves, {} with their inputs, {} checkpoints, root {}; {} journal epochs",
        report.leaves, report.inputs_kept, report.checkpoints, report.root, journals.epochs
    );
    Ok(())
}
