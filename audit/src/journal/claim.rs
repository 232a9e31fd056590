// SPDX-License-Identifier: Apache-2.0
//! Claiming a process name, and beginning an epoch under it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};

use tokio::sync::watch;

use super::head::Head;
use super::segment::{self, Header, Segment};
use super::{Durability, Journal, JournalError, Options, Shared, Synced, Writer, sync, system};

/// A process name that this process holds until it drops the claim or the journal opened from it.
#[derive(Debug)]
pub struct Claim {
    process: String,
    folder: PathBuf,
    lock: Arc<Held>,
}

/// The lock on a process's folder, given back when dropped. Closing the file would not be enough: a program
/// that another thread is just starting shares it until it runs, and would hold the name that long.
#[derive(Debug)]
pub(super) struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        // On failure the name stays claimed until every sharer is gone: nobody else writes meanwhile.
        let _freed_when_closed = self.0.unlock();
    }
}

impl Claim {
    /// Claims the first name in `folder` that nobody holds, or else `fresh`, which must be unused.
    pub fn any(folder: &Path, fresh: &str) -> Result<Self, JournalError> {
        for process in segment::processes(folder)? {
            match Self::of(folder, &process) {
                Err(JournalError::Busy(_)) => {}
                claimed => return claimed,
            }
        }
        Self::of(folder, fresh)
    }

    /// Claims `process`, creating its folder when it is new.
    pub fn of(folder: &Path, process: &str) -> Result<Self, JournalError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if process.is_empty() || process.len() > 64 || !process.chars().all(plain) {
            return Err(JournalError::Name(process.to_owned()));
        }
        let folder = folder.join(process);
        fs::create_dir_all(&folder).map_err(system(&folder))?;
        let path = folder.join("lock");
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(system(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                process: process.to_owned(),
                folder,
                lock: Arc::new(Held(lock)),
            }),
            Err(TryLockError::WouldBlock) => Err(JournalError::Busy(process.to_owned())),
            Err(TryLockError::Error(cause)) => Err(system(&path)(cause)),
        }
    }

    /// Whether nobody holds `process` now.
    pub(crate) fn is_free(folder: &Path, process: &str) -> Result<bool, JournalError> {
        match Self::of(folder, process) {
            Ok(_) => Ok(true),
            Err(JournalError::Busy(_) | JournalError::Name(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// The claim of a journal that is still open, for the one that takes its place.
    pub(super) fn held(process: &str, folder: &Path, lock: &Arc<Held>) -> Self {
        Self {
            process: process.to_owned(),
            folder: folder.to_owned(),
            lock: Arc::clone(lock),
        }
    }

    /// Where this process's journal lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The claimed name.
    pub fn process(&self) -> &str {
        &self.process
    }

    /// Begins a new epoch.
    pub fn open(self, options: Options) -> Result<Journal, JournalError> {
        let epoch = self.next_epoch(options.epoch_after)?;
        let header = Header {
            previous: Header::chain_start(&self.process, epoch),
            process: self.process.clone(),
            epoch,
            first: 1,
        };
        let head = Arc::new(Head::create(&self.folder, epoch)?);
        let started = Segment::create(&self.folder, &header)?;
        let shared = Arc::new(Shared {
            writer: Mutex::new(Writer {
                options,
                waiting_bytes: segment::bytes_of(&self.folder)?,
                folder: self.folder.clone(),
                path: started.path,
                process: header.process,
                epoch,
                file: Arc::new(started.file),
                length: started.length,
                head,
                next: 1,
                previous: header.previous,
                frame: Vec::new(),
                broken: false,
                closing: false,
            }),
            written: Condvar::new(),
        });
        let (tell, reached) = watch::channel(Synced::default());
        let syncer = match options.durability {
            Durability::Power => Some(sync::start(Arc::clone(&shared), tell)?),
            Durability::Process => None,
        };
        Ok(Journal {
            process: self.process,
            folder: self.folder,
            options,
            epoch,
            shared,
            gathering: super::together::Gathering::default(),
            synced: reached,
            syncer,
            lock: self.lock,
        })
    }

    /// Counts on from the newest of: the counter file, the segments that are there, and what the
    /// store knows; and makes the new number durable before any frame carries it.
    fn next_epoch(&self, known: u64) -> Result<u64, JournalError> {
        let path = self.folder.join("epoch");
        let counted = match fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().unwrap_or(0),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => 0,
            Err(cause) => return Err(system(&path)(cause)),
        };
        let parent = self.folder.parent().unwrap_or(&self.folder);
        let seen = segment::epochs(parent, &self.process)?;
        let seen = seen.last().map_or(0, |epoch| epoch.number);
        let epoch = counted.max(seen).max(known) + 1;
        let fresh = self.folder.join("epoch.new");
        let write = || {
            let mut file = File::create(&fresh)?;
            writeln!(file, "{epoch}")?;
            file.sync_all()?;
            fs::rename(&fresh, &path)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(system(&path))?;
        Ok(epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_claim_is_free_though_a_starting_program_shares_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let claim = Claim::of(folder.path(), "p").unwrap();
        let shared_across_a_fork = claim.lock.0.try_clone().unwrap();
        drop(claim);
        assert!(Claim::is_free(folder.path(), "p").unwrap());
        drop(shared_across_a_fork);
    }
}
