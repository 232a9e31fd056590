// SPDX-License-Identifier: Apache-2.0
//! Frames that come at the same moment are written with one write: everybody puts a frame down, lets the
//! others that are ready do so too, and whoever comes to the writer first writes for all.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{Journal, JournalError, Sequence, frame};

/// How a batch ended: the number of its last frame, or why none of it was written.
type Outcome = Arc<OnceLock<Result<Sequence, Arc<JournalError>>>>;

/// The batch that is being gathered.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    open: Mutex<Batch>,
}

#[derive(Debug, Default)]
struct Batch {
    payloads: Vec<Vec<u8>>,
    outcome: Outcome,
}

impl Gathering {
    fn put_down(&self, payload: Vec<u8>) -> Outcome {
        let mut open = self.lock();
        open.payloads.push(payload);
        Arc::clone(&open.outcome)
    }

    fn take(&self) -> Batch {
        std::mem::take(&mut *self.lock())
    }

    /// INVARIANT: nothing in between can panic and leave a batch half-changed.
    fn lock(&self) -> MutexGuard<'_, Batch> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal {
    /// Writes one frame, together with those of others who write at this moment. When this returns, the
    /// frame survives what [`Journal::append`] says; the number is that of the last frame written with it.
    ///
    /// Dropped before it is done, the frame may have been written or not.
    pub async fn append_together(&self, payload: Vec<u8>) -> Result<Sequence, JournalError> {
        if payload.len() > frame::LONGEST {
            return Err(JournalError::TooLong { bytes: payload.len() });
        }
        let outcome = self.gathering.put_down(payload);
        tokio::task::yield_now().await;
        if outcome.get().is_none() {
            self.write_gathered(&outcome);
        }
        match outcome.get() {
            Some(Ok(last)) => Ok(*last),
            Some(Err(fault)) => Err(JournalError::Together(Arc::clone(fault))),
            // INVARIANT: `write_gathered` leaves no batch without an outcome.
            None => Err(JournalError::Broken),
        }
    }

    /// A batch is only taken by who holds the writer, and has its outcome before the writer is given back:
    /// so one without is still there to be taken.
    fn write_gathered(&self, outcome: &Outcome) {
        let mut writer = self.shared.lock();
        if outcome.get().is_some() {
            return;
        }
        let batch = self.gathering.take();
        let payloads: Vec<&[u8]> = batch.payloads.iter().map(Vec::as_slice).collect();
        let written = writer.append(&payloads).map_err(Arc::new);
        // It was empty: only this line fills it.
        let _ = batch.outcome.set(written);
        drop(writer);
        self.tell_syncer();
    }
}
