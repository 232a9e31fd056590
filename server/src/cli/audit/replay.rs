// SPDX-License-Identifier: Apache-2.0
//! `countersign audit replay`: takes recorded decisions again and holds the outcome against the record.

use clap::Args;
use countersign_audit::store::leaves::{self, StoredLeaf};
use countersign_audit::store::tree;

use super::super::Failure;
use super::super::opened::{Store, outside};
use crate::app::App;
use crate::record::Recorded;
use crate::record::replay::Replayed;

/// Leaves read at once.
const PAGE: u32 = 256;

/// Takes recorded decisions again.
#[derive(Args, Debug)]
pub struct Replay {
    #[command(flatten)]
    store: Store,
    /// The decision, as the record names it.
    #[arg(required_unless_present = "all")]
    decision: Option<String>,
    /// Every decision on record.
    #[arg(long, conflicts_with = "decision")]
    all: bool,
}

#[derive(Default)]
struct Counts {
    same: u64,
    differ: u64,
    not_kept: u64,
}

impl Replay {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let app = self.store.open_existing().await?;
        app.drain().await.map_err(outside)?;
        let mut counts = Counts::default();
        let mut db = app.database.pool.acquire().await.map_err(outside)?;
        if let Some(id) = &self.decision {
            let leaf = leaves::decision(id, &mut db).await.map_err(outside)?;
            let leaf = leaf.ok_or_else(|| Failure::Input(format!("no decision `{id}` is on record")))?;
            one(&app, &leaf, true, &mut counts).await?;
        } else {
            let size = tree::load(&mut db).await.map_err(outside)?.size();
            let mut next = 0;
            while next < size {
                let page = leaves::page(next, PAGE, &mut db).await.map_err(outside)?;
                let Some(last) = page.last().map(|leaf| leaf.index) else {
                    break;
                };
                for leaf in page {
                    one(&app, &leaf, false, &mut counts).await?;
                }
                next = last + 1;
            }
        }
        let told = format!(
            "{} the same, {} differ, {} no longer kept",
            counts.same, counts.differ, counts.not_kept
        );
        if counts.differ > 0 || (self.decision.is_some() && counts.not_kept > 0) {
            return Err(Failure::No(told));
        }
        println!("ok: {told}");
        Ok(())
    }
}

async fn one(app: &App, leaf: &StoredLeaf, told: bool, counts: &mut Counts) -> Result<(), Failure> {
    let Some(recorded) = Recorded::of(leaf) else {
        return Ok(());
    };
    let mut db = app.database.pool.acquire().await.map_err(outside)?;
    match app.replay(&recorded, &mut db).await.map_err(outside)? {
        Replayed::Same => {
            counts.same += 1;
            if told {
                println!("{}: the same, byte for byte", recorded.id);
            }
        }
        Replayed::Differs { recorded: held, now } => {
            counts.differ += 1;
            println!("{}: differs\n  recorded {held}\n  now      {now}", recorded.id);
        }
        Replayed::NotKept(what) => {
            counts.not_kept += 1;
            println!("{}: {what}", recorded.id);
        }
    }
    Ok(())
}
