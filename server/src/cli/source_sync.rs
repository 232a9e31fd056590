// SPDX-License-Identifier: Apache-2.0
//! `countersign source sync ID`: one pass over a directory, now, by the operator. The report is printed as
//! JSON.

use countersign_directory::SourceId;
use countersign_directory::ldap::report::Asked;
use countersign_directory::ldap::sync::Mode;

use super::opened::{Store, outside};
use super::{Failure, block_on};
use crate::ldap::sync::SyncFault;

/// Runs one pass.
pub(super) fn run(id: SourceId, full: bool, dry_run: bool, store: Store) -> Result<(), Failure> {
    block_on(async move {
        let app = store.open_existing().await?;
        let mode = if full { Mode::Full } else { Mode::Incremental };
        let report = app.synchronise(&id, &Asked { mode, dry_run }).await;
        let report = report.map_err(|fault| match fault {
            SyncFault::Unknown(_) => Failure::Input(fault.to_string()),
            fault => outside(fault),
        })?;
        let text = serde_json::to_string_pretty(&report).map_err(outside)?;
        println!("{text}");
        match (report.fault, report.braked) {
            (Some(fault), _) => Err(Failure::Outside(fault)),
            (None, Some(braked)) => Err(Failure::No(format!(
                "{} of {} people would vanish: nothing was changed",
                braked.vanish, braked.of
            ))),
            (None, None) => Ok(()),
        }
    })
}
