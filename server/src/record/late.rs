// SPDX-License-Identifier: Apache-2.0
//! While the journal cannot be written: decisions at rank 0 wait in space that was set aside for them,
//! and come on record late, as soon as it can be written again.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use audit::journal::JournalError;
use audit::leaf::NewLeaf;
use audit::spool::{Spool, SpoolError};
use audit::store::{epochs, leaves, positions};
use chrono::{DateTime, Utc};
use countersign_audit as audit;
use serde_json::json;
use sqlx::AnyConnection;

use super::{RecordError, Recorded, Recorder};

/// What waits, and how long it has been so.
#[derive(Debug)]
pub(super) struct Late {
    spool: Mutex<Spool>,
    failing: AtomicBool,
    denied: AtomicU64,
}

impl Late {
    pub(super) fn new(spool: Spool) -> Self {
        Self {
            spool: Mutex::new(spool),
            failing: AtomicBool::new(false),
            denied: AtomicU64::new(0),
        }
    }

    /// INVARIANT: the spool changes its fields only after the write that they describe, so a poisoned
    /// lock is taken over.
    fn spool(&self) -> MutexGuard<'_, Spool> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder {
    /// Whether the last attempt to write to the journal failed.
    pub fn is_failing(&self) -> bool {
        self.late.failing.load(Ordering::SeqCst)
    }

    /// Whether something waits, or is wrong, so that [`Recorder::recover`] has work.
    pub fn must_recover(&self) -> bool {
        let spool = self.late.spool();
        self.is_failing() || !spool.entries().is_empty() || spool.is_damaged()
    }

    /// How many decisions wait to come on record late.
    pub fn waiting(&self) -> usize {
        self.late.spool().entries().len()
    }

    /// Notes that the journal could not be written; logged when that begins.
    pub(crate) fn failed(&self, fault: &JournalError) {
        if !self.late.failing.swap(true, Ordering::SeqCst) {
            tracing::error!(error = %fault, "decisions cannot be recorded: from rank 1 up they are denied");
        }
    }

    /// Counts a decision that was denied because it could not be recorded.
    pub(crate) fn denied(&self) {
        self.late.denied.fetch_add(1, Ordering::SeqCst);
    }

    /// Keeps a decision at rank 0 until the journal can be written again.
    pub(crate) fn keep_for_later(&self, recorded: &Recorded) -> Result<(), SpoolError> {
        self.keep_leaf_for_later(&recorded.leaf())
    }

    pub(super) fn keep_leaf_for_later(&self, leaf: &NewLeaf) -> Result<(), SpoolError> {
        self.late.spool().append(&leaf.encode())
    }

    /// Tries to write again: what waited, and how long it took. Does nothing while all is well.
    pub async fn recover(&self, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), RecordError> {
        let (waiting, inherited, damaged) = {
            let spool = self.late.spool();
            (spool.entries().to_vec(), spool.is_inherited(), spool.is_damaged())
        };
        if !self.must_recover() {
            return Ok(());
        }
        let mut journal = self.journal.load_full();
        if journal.is_broken() {
            let known = positions::last_epoch(journal.process(), &mut *db).await?;
            let next = journal.again(known.max(journal.epoch()))?;
            epochs::begun(next.process(), next.epoch(), now, &mut *db).await?;
            journal = Arc::new(next);
            self.journal.store(Arc::clone(&journal));
        }
        let mut payloads = Vec::with_capacity(waiting.len() + 1);
        for payload in &waiting {
            if !(inherited && is_on_record(payload, db).await?) {
                payloads.push(payload.as_slice());
            }
        }
        let denied = self.late.denied.load(Ordering::SeqCst);
        let body = json!({ "actor": "operator", "detail": {
            "came_late": payloads.len(), "denied_meanwhile": denied, "spool_damaged": damaged,
        }});
        let event = NewLeaf::new("record.recovered", now, &body).encode();
        payloads.push(&event);
        let last = journal.append_all(&payloads)?;
        journal.durable(last).await?;
        self.forget(waiting.len(), denied)?;
        tracing::warn!(
            late = payloads.len() - 1,
            denied,
            damaged,
            "the record can be written again"
        );
        Ok(())
    }

    fn forget(&self, moved: usize, denied: u64) -> Result<(), SpoolError> {
        let mut spool = self.late.spool();
        // What came in meanwhile is kept again, behind what goes.
        let new: Vec<Vec<u8>> = spool.entries().get(moved..).unwrap_or_default().to_vec();
        spool.clear()?;
        for payload in new {
            spool.append(&payload)?;
        }
        self.late.denied.fetch_sub(denied, Ordering::SeqCst);
        self.late.failing.store(false, Ordering::SeqCst);
        Ok(())
    }
}

/// A process that was killed between writing what waited and forgetting it left both.
async fn is_on_record(payload: &[u8], db: &mut AnyConnection) -> Result<bool, RecordError> {
    match NewLeaf::decode(payload).and_then(|leaf| leaf.facets.decision_id) {
        Some(id) => Ok(leaves::decision(&id, db).await?.is_some()),
        None => Ok(false),
    }
}
