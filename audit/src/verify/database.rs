// SPDX-License-Identifier: Apache-2.0
//! The tree in the store, from its first leaf to its last, a page at a time.

use std::collections::BTreeMap;

use sqlx::AnyConnection;

use super::{Fault, Report, leaf};
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::leaf::Origin;
use crate::store::{StoreError, checkpoints, leaves, nodes, positions, tree};
use crate::tree::Frontier;

/// Recomputes every leaf, every kept hash, every checkpoint and the tree's state. `on_progress` hears
/// how many leaves are done, of how many. The record may grow meanwhile.
pub async fn database(
    db: &mut AnyConnection,
    mut on_progress: impl FnMut(u64, u64),
) -> Result<Report, Fault> {
    // INVARIANT: these are read before the state, so that what was appended between two reads is not
    // taken for something that does not belong.
    let moved = positions::all(&mut *db).await?;
    let last = leaves::last(&mut *db).await?;
    let state = tree::load(&mut *db).await?;
    if let Some(index) = last.filter(|last| *last >= state.size()) {
        return Err(leaf_fault(index, "it lies behind the end of the tree"));
    }
    let mut walk = Walk::default();
    for empty in checkpoints::between(None, 0, &mut *db).await? {
        walk.agree(&empty)?;
    }
    while walk.tree.size() < state.size() {
        walk.page(state.size(), db).await?;
        on_progress(walk.tree.size(), state.size());
    }
    if walk.tree != state {
        return Err(walk.replaced("the state of the tree".to_owned()));
    }
    for recorded in moved {
        let journal = (recorded.process.clone(), recorded.epoch);
        let found = walk.journals.get(&journal).copied().unwrap_or_default();
        if found < recorded.sequence {
            return Err(Fault::Journal { recorded, found });
        }
    }
    if let Some(signed) = checkpoints::largest(&mut *db).await? {
        // The tree may have grown, and been signed, since its state was read.
        let size = tree::load(db).await?.size();
        if signed.size > size {
            return Err(truncated(size, &signed));
        }
    }
    Ok(Report {
        leaves: state.size(),
        inputs_kept: walk.inputs_kept,
        inputs_dropped: walk.inputs_dropped,
        checkpoints: walk.checkpoints,
        root: state.root(),
    })
}

/// Holds the stored tree against a checkpoint that somebody kept elsewhere and has verified: it must
/// be a start of the tree. Run [`database`] too: this trusts the stored hashes.
pub async fn kept(checkpoint: &Checkpoint, db: &mut AnyConnection) -> Result<(), Fault> {
    let size = tree::load(&mut *db).await?.size();
    if checkpoint.size > size {
        return Err(truncated(size, checkpoint));
    }
    if nodes::root(checkpoint.size, db).await? == checkpoint.root {
        return Ok(());
    }
    let what = format!("the kept checkpoint of size {}", checkpoint.size);
    Err(Fault::Range {
        from: 0,
        last: checkpoint.size.saturating_sub(1),
        what,
    })
}

/// How far the recomputation has come.
#[derive(Default)]
struct Walk {
    tree: Frontier,
    /// Up to here a kept hash has confirmed the leaves.
    confirmed: u64,
    journals: BTreeMap<(String, u64), u64>,
    inputs_kept: u64,
    inputs_dropped: u64,
    checkpoints: u64,
}

impl Walk {
    async fn page(&mut self, size: u64, db: &mut AnyConnection) -> Result<(), Fault> {
        let first = self.tree.size();
        let expected = PAGE.min(size - first);
        let page = leaves::rows(first, expected as u32, &mut *db).await?;
        let signed = checkpoints::between(Some(first), first + expected, &mut *db).await?;
        let mut signed = signed.iter().peekable();
        let mut complete = Vec::new();
        for (index, stored) in (first..).zip(&page) {
            let stored = stored.as_ref().map_err(|cause| unreadable(index, cause))?;
            let checked = leaf::check(stored, index).map_err(|why| Fault::Leaf { index, why })?;
            match checked.inputs {
                leaf::Inputs::Dropped => self.inputs_dropped += 1,
                leaf::Inputs::Kept => self.inputs_kept += 1,
                leaf::Inputs::None => {}
            }
            if let Some(origin) = checked.origin {
                self.follows(index, &origin)?;
            }
            self.tree.append(stored.hash, |level, position, hash| {
                if level > 0 && level % nodes::STRIDE == 0 {
                    complete.push((level, position, hash));
                }
            });
            while let Some(next) = signed.next_if(|next| next.checkpoint.size == self.tree.size()) {
                self.agree(next)?;
            }
        }
        if (page.len() as u64) < expected {
            return Err(leaf_fault(first + page.len() as u64, "it is missing"));
        }
        for (level, position, hash) in complete {
            self.node(level, position, &hash, &mut *db).await?;
        }
        Ok(())
    }

    /// Frames of one epoch come into the tree in their order, without gaps.
    fn follows(&mut self, index: u64, origin: &Origin) -> Result<(), Fault> {
        let before = self
            .journals
            .entry((origin.process.clone(), origin.epoch))
            .or_default();
        if origin.sequence != *before + 1 {
            let why = format!("it is frame {origin} of its journal, but frame {before} came before");
            return Err(Fault::Leaf { index, why });
        }
        *before = origin.sequence;
        Ok(())
    }

    async fn node(
        &mut self,
        level: u32,
        position: u64,
        hash: &Hash,
        db: &mut AnyConnection,
    ) -> Result<(), Fault> {
        let end = (position + 1) << level;
        if nodes::level(level, position, 1, db).await?.first() != Some(hash) {
            let what = format!("the kept hash of {} leaves", 1_u64 << level);
            return Err(Fault::Range {
                from: self.confirmed,
                last: end - 1,
                what,
            });
        }
        self.confirmed = self.confirmed.max(end);
        Ok(())
    }

    /// A checkpoint of the size that the recomputation has reached.
    fn agree(&mut self, stored: &checkpoints::StoredCheckpoint) -> Result<(), Fault> {
        let checkpoint = &stored.checkpoint;
        let what = format!("the checkpoint of size {}", checkpoint.size);
        let last = checkpoint.size.saturating_sub(1);
        if self.tree.root() != checkpoint.root {
            return Err(Fault::Range {
                from: self.confirmed.min(last),
                last,
                what,
            });
        }
        if !stored.note.starts_with(&checkpoint.text()) {
            let what = format!("the signed text of {what}");
            return Err(Fault::Range {
                from: self.confirmed.min(last),
                last,
                what,
            });
        }
        self.checkpoints += 1;
        self.confirmed = self.confirmed.max(checkpoint.size);
        Ok(())
    }

    fn replaced(&self, what: String) -> Fault {
        let last = self.tree.size().saturating_sub(1);
        Fault::Range {
            from: self.confirmed.min(last),
            last,
            what,
        }
    }
}

fn leaf_fault(index: u64, why: &str) -> Fault {
    Fault::Leaf {
        index,
        why: why.to_owned(),
    }
}

fn unreadable(index: u64, cause: &StoreError) -> Fault {
    Fault::Leaf {
        index,
        why: format!("it cannot be read: {cause}"),
    }
}

fn truncated(size: u64, signed: &Checkpoint) -> Fault {
    Fault::Truncated {
        size,
        signed: signed.size,
        origin: signed.origin.clone(),
    }
}

/// Leaves held in memory at once.
const PAGE: u64 = 512;
