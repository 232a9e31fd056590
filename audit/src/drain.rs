// SPDX-License-Identifier: Apache-2.0
//! Moves what waits in journals into the tree, each frame exactly once: how far a journal was moved
//! is written in the transaction that appends its leaves.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use sqlx::AnyConnection;

use crate::journal::{self, Claim, Damage, EpochReader, JournalError, Step};
use crate::leaf::{NewLeaf, Origin};
use crate::store::{StoreError, epochs, leaves, positions, tree};

/// Moving failed; the caller rolls its transaction back and tries again later.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// The journal folder cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What one batch did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drained {
    /// The indices that the moved frames got.
    pub indices: Range<u64>,
    /// Places where a journal does not fit; frames after them are not moved. Raise an alarm.
    pub damages: Vec<Damage>,
}

/// The journals of a folder, on their way into the tree. One per process is enough; what processes
/// that are gone left behind is moved too.
#[derive(Debug)]
pub struct Drain {
    folder: PathBuf,
    own: String,
    readers: BTreeMap<(String, u64), EpochReader>,
    /// The files and their lengths when a batch last found that all of them is in the tree.
    settled: Option<Vec<(PathBuf, u64)>>,
}

impl Drain {
    /// A drain of `folder` for the process that holds the name `own`. Journals that other living
    /// processes hold are left to them.
    pub fn new(folder: impl Into<PathBuf>, own: impl Into<String>) -> Self {
        Self {
            folder: folder.into(),
            own: own.into(),
            readers: BTreeMap::new(),
            settled: None,
        }
    }

    /// Whether anything may have been written since a batch last found nothing to move. Asks the files
    /// alone, so that an idle house leaves its database alone.
    pub fn is_waiting(&self) -> Result<bool, DrainError> {
        Ok(self.settled.is_none() || self.settled != Some(self.files()?))
    }

    /// How many bytes the files have that are not yet deleted: about what waits.
    pub fn waiting_bytes(&self) -> Result<u64, DrainError> {
        Ok(self.files()?.iter().map(|(_, length)| length).sum())
    }

    /// Moves at most `limit` frames. Call it in a transaction of its own and commit.
    pub async fn batch(&mut self, limit: usize, db: &mut AnyConnection) -> Result<Drained, DrainError> {
        let files = self.files()?;
        self.settled = None;
        let mut damages = Vec::new();
        let mut found = Vec::new();
        let mut ends = Vec::new();
        damages.extend(self.gone(&mut *db).await?);
        for (process, epoch, over) in self.journals()? {
            if found.len() >= limit {
                break;
            }
            let drained = positions::drained(&process, epoch, &mut *db).await?;
            let room = limit - found.len();
            let (mut leaves, mut damage) = self.read(&process, epoch, drained, room)?;
            if over && leaves.len() < room && damage.is_none() {
                let reader = self.reader(&process, epoch, drained + leaves.len() as u64)?;
                damage = reader.ok().and_then(|reader| reader.cut_short(drained));
            }
            damages.extend(damage);
            if let Some((_, last)) = leaves.last() {
                ends.push((last.clone(), drained));
            }
            found.append(&mut leaves);
        }
        let frontier = if found.is_empty() {
            tree::load(&mut *db).await?
        } else {
            tree::lock(&mut *db).await?
        };
        let nothing = Drained {
            indices: frontier.size()..frontier.size(),
            damages,
        };
        if found.is_empty() {
            self.settled = Some(files);
            return Ok(nothing);
        }
        for (last, before) in &ends {
            if positions::drained(&last.process, last.epoch, &mut *db).await? != *before {
                // Somebody else moved them while we waited for the tree.
                return Ok(nothing);
            }
        }
        let new = found.iter().map(|(leaf, origin)| (leaf, Some(origin)));
        let indices = leaves::append_to(frontier, new, &mut *db).await?;
        for (last, _) in &ends {
            positions::set(&last.process, last.epoch, last.sequence, &mut *db).await?;
        }
        Ok(Drained { indices, ..nothing })
    }

    /// Deletes files whose every frame is in the tree; returns how many. Call it after a commit. The
    /// newest file of the own journal, and damaged journals, stay.
    pub async fn prune(&mut self, db: &mut AnyConnection) -> Result<u64, DrainError> {
        let mut deleted = 0;
        for process in self.mine()? {
            let mut epochs = journal::epochs(&self.folder, &process)?;
            let newest = if process == self.own { epochs.pop() } else { None };
            for epoch in epochs {
                let drained = positions::drained(&process, epoch.number, &mut *db).await?;
                if self.ends_at(&process, epoch.number, drained)? {
                    epochs::settle(&process, epoch.number, &mut *db).await?;
                    deleted += delete(epoch.segments.iter().map(|(_, path)| path.as_path()))?;
                    journal::head::remove(&self.folder.join(&process), epoch.number);
                    self.readers.remove(&(process.clone(), epoch.number));
                }
            }
            if let Some(epoch) = newest {
                let drained = positions::drained(&process, epoch.number, &mut *db).await?;
                let later = epoch.segments.iter().skip(1);
                let done = epoch.segments.iter().zip(later);
                let done = done.take_while(|(_, (next, _))| *next <= drained + 1);
                deleted += delete(done.map(|((_, path), _)| path.as_path()))?;
            }
        }
        Ok(deleted)
    }

    /// Epochs that were begun, are not moved, and have no file any more. Each is told once.
    async fn gone(&self, db: &mut AnyConnection) -> Result<Vec<Damage>, DrainError> {
        let mut gone = Vec::new();
        for process in self.mine()? {
            // INVARIANT: an epoch is noted after its files are there, and settled before they go; so one
            // that is noted before and after we looked for its files must have had them meanwhile.
            let noted = epochs::unsettled(&process, &mut *db).await?;
            let here = journal::epochs(&self.folder, &process)?;
            let missing = |epoch: &u64| here.iter().all(|held| held.number != *epoch);
            if !noted.iter().any(missing) {
                continue;
            }
            let still = epochs::unsettled(&process, &mut *db).await?;
            for epoch in noted
                .into_iter()
                .filter(missing)
                .filter(|epoch| still.contains(epoch))
            {
                let moved = positions::drained(&process, epoch, &mut *db).await?;
                gone.push(EpochReader::gone(&self.folder, &process, epoch, moved));
                epochs::settle(&process, epoch, &mut *db).await?;
            }
        }
        Ok(gone)
    }

    /// Each with whether nobody writes to it any more.
    fn journals(&self) -> Result<Vec<(String, u64, bool)>, JournalError> {
        let mut journals = Vec::new();
        for process in self.mine()? {
            let epochs = journal::epochs(&self.folder, &process)?;
            let newest = epochs.last().map(|epoch| epoch.number);
            let living = newest.filter(|_| process == self.own);
            journals.extend(
                epochs
                    .into_iter()
                    .map(|epoch| (process.clone(), epoch.number, living != Some(epoch.number))),
            );
        }
        Ok(journals)
    }

    fn files(&self) -> Result<Vec<(PathBuf, u64)>, JournalError> {
        let mut files = Vec::new();
        for process in self.mine()? {
            for epoch in journal::epochs(&self.folder, &process)? {
                for (_, path) in epoch.segments {
                    // A file deleted meanwhile was moved before.
                    let length = fs::metadata(&path).map_or(0, |file| file.len());
                    files.push((path, length));
                }
            }
        }
        Ok(files)
    }

    /// The own journal and those that nobody holds.
    fn mine(&self) -> Result<Vec<String>, JournalError> {
        let mut mine = Vec::new();
        for process in journal::processes(&self.folder)? {
            if process == self.own || Claim::is_free(&self.folder, &process)? {
                mine.push(process);
            }
        }
        Ok(mine)
    }

    fn read(
        &mut self,
        process: &str,
        epoch: u64,
        after: u64,
        limit: usize,
    ) -> Result<(Found, Option<Damage>), JournalError> {
        let mut found = Vec::new();
        let reader = match self.reader(process, epoch, after)? {
            Ok(reader) => reader,
            Err(damage) => return Ok((found, Some(damage))),
        };
        while found.len() < limit {
            match reader.step()? {
                Step::Entry(entry) => {
                    let sequence = entry.sequence;
                    let Some(leaf) = NewLeaf::decode(&entry.payload) else {
                        let damage = reader.no_leaf(sequence);
                        self.readers.remove(&(process.to_owned(), epoch));
                        return Ok((found, Some(damage)));
                    };
                    found.push((
                        leaf,
                        Origin {
                            process: process.to_owned(),
                            epoch,
                            sequence,
                        },
                    ));
                }
                Step::Damage(damage) => return Ok((found, Some(damage))),
                Step::End | Step::Torn => break,
            }
        }
        Ok((found, None))
    }

    /// The reader that goes on after frame `after`: the one from the last batch, unless that batch
    /// was rolled back.
    fn reader(
        &mut self,
        process: &str,
        epoch: u64,
        after: u64,
    ) -> Result<Result<&mut EpochReader, Damage>, JournalError> {
        let key = (process.to_owned(), epoch);
        if self
            .readers
            .get(&key)
            .is_none_or(|reader| reader.next() != after + 1)
        {
            match EpochReader::open(&self.folder, process, epoch, after)? {
                Ok(reader) => self.readers.insert(key.clone(), reader),
                Err(damage) => return Ok(Err(damage)),
            };
        }
        self.readers.get_mut(&key).map(Ok).ok_or(JournalError::Broken)
    }

    fn ends_at(&mut self, process: &str, epoch: u64, drained: u64) -> Result<bool, JournalError> {
        let Ok(reader) = self.reader(process, epoch, drained)? else {
            return Ok(false);
        };
        let ended = reader.next() == drained + 1
            && matches!(reader.step()?, Step::End | Step::Torn)
            && reader.cut_short(drained).is_none();
        if !ended {
            self.readers.remove(&(process.to_owned(), epoch));
        }
        Ok(ended)
    }
}

/// Leaves with the place that they waited in.
type Found = Vec<(NewLeaf, Origin)>;

fn delete<'a>(files: impl Iterator<Item = &'a Path>) -> Result<u64, JournalError> {
    let mut deleted = 0;
    for path in files {
        fs::remove_file(path).map_err(|cause| JournalError::System {
            path: path.display().to_string(),
            cause,
        })?;
        deleted += 1;
    }
    Ok(deleted)
}
