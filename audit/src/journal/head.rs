// SPDX-License-Identifier: Apache-2.0
//! How far an epoch was written, and synced where it is synced, beside its files: the number of its last
//! frame, 8 bytes, overwritten. When the writer is gone, it shows frames that went with it.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::{JournalError, Sequence, system};

/// The head of the epoch that is being written.
pub(super) struct Head(File);

impl Head {
    /// Begins it, with its space on disk, so that a full disk does not stop it later.
    pub(super) fn create(folder: &Path, epoch: u64) -> Result<Self, JournalError> {
        let path = path(folder, epoch);
        let create = || {
            let mut file = File::create(&path)?;
            file.write_all(&0_u64.to_le_bytes())?;
            file.sync_all()?;
            Ok(file)
        };
        create().map(Self).map_err(system(&path))
    }

    /// Notes the last frame. What fails here only makes a later look less sharp.
    pub(super) fn note(&self, last: Sequence) {
        let _less_sharp = self.0.write_all_at(&last.to_le_bytes(), 0);
    }
}

/// The last frame that the writer of this epoch noted; `None` when there is no such note.
pub(crate) fn last(folder: &Path, epoch: u64) -> Option<Sequence> {
    let bytes = fs::read(path(folder, epoch)).ok()?;
    let (number, _) = bytes.split_first_chunk::<8>()?;
    Some(Sequence::from_le_bytes(*number))
}

/// Takes the note away, with the epoch's last file.
pub(crate) fn remove(folder: &Path, epoch: u64) {
    // One that stays is read again and says nothing new.
    let _ = fs::remove_file(path(folder, epoch));
}

fn path(folder: &Path, epoch: u64) -> PathBuf {
    folder.join(format!("{epoch:010}.head"))
}
