// SPDX-License-Identifier: Apache-2.0
//! The local journal: what was decided is written here before it is answered, and moved into the
//! tree in batches later ([`crate::drain`]).
//!
//! A folder holds one sub-folder per process name; a process claims a name by locking it, so several
//! may share the folder. Each opening starts a new *epoch* with files of its own; an old file is
//! never written again. Frames are numbered from 1 within the epoch and chained by hash:
//!
//! ```text
//! FOLDER/PROCESS/lock                                  held while the process lives
//! FOLDER/PROCESS/epoch                                 the newest epoch, decimal
//! FOLDER/PROCESS/0000000003.head                       how far epoch 3 was written
//! FOLDER/PROCESS/0000000003-0000000000000001.journal   epoch 3, frames 1 and on
//! ```
//!
//! ```no_run
//! # use countersign_audit::journal::{Claim, JournalError, Options};
//! # async fn example() -> Result<(), JournalError> {
//! let journal = Claim::any("/var/lib/countersign/journal".as_ref(), "k7d2")?.open(Options::default())?;
//! let sequence = journal.append(b"decided")?; // survives kill -9 from here
//! journal.durable(sequence).await?;           // survives loss of power, if so configured
//! # Ok(()) }
//! ```

mod claim;
mod frame;
pub(crate) mod head;
mod read;
mod segment;
mod sync;
mod together;

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::hash::Hash;
pub use claim::Claim;
pub use read::{Damage, Entry, EpochReader, Step, read_segment};
pub use segment::{Epoch, epochs, processes};

/// Counts the frames of an epoch, from 1.
pub type Sequence = u64;

/// What an appended frame survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Loss of power: [`Journal::durable`] waits for a sync of the file, shared by all who wait.
    #[default]
    Power,
    /// The death of the process: [`Journal::durable`] returns at once.
    Process,
}

/// How a journal is kept.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What an appended frame survives.
    pub durability: Durability,
    /// A segment that has grown past this is closed and a new one begun.
    pub segment_bytes: u64,
    /// At most this much waits on disk for this process; then [`JournalError::Full`].
    pub limit_bytes: u64,
    /// The newest epoch of this process that the store knows: the new one will be later, even when
    /// the folder was restored from an old copy.
    pub epoch_after: u64,
}

/// A frame could not be written; the caller must not act as if it had been.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process holds this name.
    #[error("the journal `{0}` is in use by another process")]
    Busy(String),
    /// A process name that is no file name.
    #[error("`{0}` cannot name a journal: use 1 to 64 of a-z, 0-9 and `-`")]
    Name(String),
    /// As much waits as the configuration allows.
    #[error("the journal is full: {bytes} bytes wait to be moved into the record")]
    Full {
        /// How many.
        bytes: u64,
    },
    /// A frame longer than any reader accepts.
    #[error("a frame of {bytes} bytes is too long for the journal")]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// An earlier fault left the file in a state that cannot be continued; open it again.
    #[error("the journal was closed by an earlier fault and must be opened again")]
    Broken,
    /// A write for several failed for all of them.
    #[error(transparent)]
    Together(Arc<JournalError>),
    /// The system refused.
    #[error("the journal file `{path}` cannot be used: {cause}")]
    System {
        /// Which file or folder.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// An open journal: one process, one epoch. Dropping it gives the name free.
pub struct Journal {
    process: String,
    folder: PathBuf,
    options: Options,
    epoch: u64,
    shared: Arc<Shared>,
    gathering: together::Gathering,
    synced: watch::Receiver<Synced>,
    syncer: Option<std::thread::JoinHandle<()>>,
    lock: Arc<claim::Held>,
}

/// What the appending threads and the syncing thread share.
struct Shared {
    writer: Mutex<Writer>,
    written: Condvar,
}

struct Writer {
    options: Options,
    folder: PathBuf,
    path: PathBuf,
    process: String,
    epoch: u64,
    file: Arc<File>,
    length: u64,
    head: Arc<head::Head>,
    waiting_bytes: u64,
    next: Sequence,
    previous: Hash,
    frame: Vec<u8>,
    broken: bool,
    closing: bool,
}

/// How far the syncing thread has come.
#[derive(Clone, Copy, Debug, Default)]
struct Synced {
    up_to: Sequence,
    failed: bool,
}

impl Journal {
    /// The name of this process's journal.
    pub fn process(&self) -> &str {
        &self.process
    }

    /// The epoch that this opening began.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether an earlier fault keeps it from being written to; [`Journal::again`] helps.
    pub fn is_broken(&self) -> bool {
        self.shared.lock().broken
    }

    /// Begins another epoch in place of this one, under the same name. Drop this one afterwards.
    pub fn again(&self, epoch_after: u64) -> Result<Self, JournalError> {
        let options = Options {
            epoch_after,
            ..self.options
        };
        Claim::held(&self.process, &self.folder, &self.lock).open(options)
    }

    /// Writes one frame. When this returns, the frame survives the death of the process.
    pub fn append(&self, payload: &[u8]) -> Result<Sequence, JournalError> {
        self.append_all(&[payload])
    }

    /// Writes several frames with one write; all of them or none. Returns the last one's number.
    pub fn append_all(&self, payloads: &[&[u8]]) -> Result<Sequence, JournalError> {
        let mut writer = self.shared.lock();
        let last = writer.append(payloads)?;
        drop(writer);
        self.tell_syncer();
        Ok(last)
    }

    fn tell_syncer(&self) {
        if self.syncer.is_some() {
            self.shared.written.notify_one();
        }
    }

    /// Waits until the frame survives what the options say it must.
    pub async fn durable(&self, sequence: Sequence) -> Result<(), JournalError> {
        if self.syncer.is_none() {
            return Ok(());
        }
        let mut synced = self.synced.clone();
        let reached = synced
            .wait_for(|synced| synced.failed || synced.up_to >= sequence)
            .await
            .map_err(|_| JournalError::Broken)?;
        if reached.up_to >= sequence {
            Ok(())
        } else {
            Err(JournalError::Broken)
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.written.notify_all();
        if let Some(syncer) = self.syncer.take() {
            // A syncing thread that panicked has nothing left to tell anybody.
            let _ = syncer.join();
        }
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal({}/{})", self.process, self.epoch)
    }
}

impl Shared {
    /// INVARIANT: a panic cannot leave the writer half-changed, because its fields are only set after
    /// the write that they describe; so a poisoned lock is taken over.
    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    fn append(&mut self, payloads: &[&[u8]]) -> Result<Sequence, JournalError> {
        if self.broken {
            return Err(JournalError::Broken);
        }
        self.frame.clear();
        let (mut next, mut previous) = (self.next, self.previous);
        for payload in payloads {
            if payload.len() > frame::LONGEST {
                return Err(JournalError::TooLong { bytes: payload.len() });
            }
            previous = frame::encode(next, &previous, payload, &mut self.frame);
            next += 1;
        }
        let bytes = self.frame.len() as u64;
        self.make_room(bytes)?;
        if let Err(cause) = (&*self.file).write_all(&self.frame) {
            self.take_back();
            return Err(system(&self.path)(cause));
        }
        self.length += bytes;
        self.waiting_bytes += bytes;
        if self.options.durability == Durability::Process {
            self.head.note(next - 1);
        }
        self.next = next;
        self.previous = previous;
        Ok(next - 1)
    }

    /// After a write that failed half-way, e.g. on a full disk: cut the file back to its last whole
    /// frame, or write no more.
    fn take_back(&mut self) {
        self.broken = self.file.set_len(self.length).is_err();
    }

    fn make_room(&mut self, bytes: u64) -> Result<(), JournalError> {
        if self.waiting_bytes + bytes > self.options.limit_bytes {
            // Segments may have been moved into the record and deleted since the last count.
            self.waiting_bytes = segment::bytes_of(&self.folder)?;
            if self.waiting_bytes + bytes > self.options.limit_bytes {
                return Err(JournalError::Full {
                    bytes: self.waiting_bytes,
                });
            }
        }
        if self.length > self.options.segment_bytes {
            if self.options.durability == Durability::Power {
                self.file.sync_data().map_err(|cause| {
                    self.broken = true;
                    system(&self.path)(cause)
                })?;
            }
            let started = segment::Segment::create(
                &self.folder,
                &segment::Header {
                    process: self.process.clone(),
                    epoch: self.epoch,
                    first: self.next,
                    previous: self.previous,
                },
            )?;
            self.file = Arc::new(started.file);
            self.path = started.path;
            self.length = started.length;
        }
        Ok(())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::Power,
            segment_bytes: 16 << 20,
            limit_bytes: 4 << 30,
            epoch_after: 0,
        }
    }
}

/// Names the file in an error of the system's.
fn system(path: &Path) -> impl FnOnce(std::io::Error) -> JournalError + '_ {
    move |cause| JournalError::System {
        path: path.display().to_string(),
        cause,
    }
}

#[cfg(test)]
mod tests;
