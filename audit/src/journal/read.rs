// SPDX-License-Identifier: Apache-2.0
//! Reading a journal: frame by frame, in order, each checked against the chain.
//!
//! A frame cut short at the very end of an epoch is what a killed writer leaves: its decision was
//! never answered, and reading stops there cleanly. Anything else that does not fit is damage.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::segment::{self, Header};
use super::{JournalError, Sequence, frame, system};
use crate::hash::Hash;

/// One frame, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number within the epoch.
    pub sequence: Sequence,
    /// What was appended.
    pub payload: Vec<u8>,
}

/// What was found next.
#[derive(Debug)]
pub enum Step {
    /// A frame that fits.
    Entry(Entry),
    /// Nothing more for now.
    End,
    /// A frame cut short, and nothing after it.
    Torn,
    /// Something that no writer of ours leaves behind.
    Damage(Damage),
}

/// Where a journal does not fit, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal file `{path}` is damaged at byte {offset}, where frame {sequence} should be: {why}")]
pub struct Damage {
    /// The process whose journal it is.
    pub process: String,
    /// The epoch.
    pub epoch: u64,
    /// The file.
    pub path: String,
    /// The place in it.
    pub offset: u64,
    /// The frame that was expected.
    pub sequence: Sequence,
    /// What is wrong.
    pub why: &'static str,
}

/// Reads one epoch across its segments; it may still be written to.
#[derive(Debug)]
pub struct EpochReader {
    folder: PathBuf,
    process: String,
    epoch: u64,
    current: Option<Current>,
    next: Sequence,
    previous: Option<Hash>,
}

#[derive(Debug)]
struct Current {
    path: PathBuf,
    first: Sequence,
    file: BufReader<File>,
    offset: u64,
}

impl EpochReader {
    /// A reader whose first entry will be the one after frame `after` (0: from the start).
    pub fn open(
        folder: &Path,
        process: &str,
        epoch: u64,
        after: Sequence,
    ) -> Result<Result<Self, Damage>, JournalError> {
        let mut reader = Self {
            folder: folder.to_owned(),
            process: process.to_owned(),
            epoch,
            current: None,
            next: after + 1,
            previous: None,
        };
        let segments = reader.segments()?;
        let Some((first, path)) = segments.into_iter().rev().find(|(first, _)| *first <= after + 1) else {
            return Ok(Ok(reader));
        };
        reader.next = first;
        match reader.enter(first, path)? {
            Ok(true) => {}
            Ok(false) => reader.next = after + 1,
            Err(damage) => return Ok(Err(damage)),
        }
        while reader.next <= after {
            match reader.step()? {
                Step::Entry(_) => {}
                Step::Damage(damage) => return Ok(Err(damage)),
                // What was moved into the record is no longer here: nothing to read, nothing lost.
                Step::End | Step::Torn => break,
            }
        }
        Ok(Ok(reader))
    }

    /// The number of the next frame.
    pub fn next(&self) -> Sequence {
        self.next
    }

    /// For a frame that fits but holds no leaf.
    pub(crate) fn no_leaf(&self, sequence: Sequence) -> Damage {
        Damage {
            sequence,
            ..self.damage("it holds a frame that is not a leaf")
        }
    }

    /// When nothing more can come, because the writer is gone: whether it wrote more than is here.
    /// `moved` frames are in the tree and may be gone.
    pub(crate) fn cut_short(&self, moved: Sequence) -> Option<Damage> {
        let written = super::head::last(&self.folder.join(&self.process), self.epoch)?;
        let here = moved.max(self.next.saturating_sub(1));
        (written > here).then(|| Damage {
            sequence: here + 1,
            ..self.damage("frames are missing at its end")
        })
    }

    /// For an epoch whose files are all gone before they were moved.
    pub(crate) fn gone(folder: &Path, process: &str, epoch: u64, moved: Sequence) -> Damage {
        Damage {
            process: process.to_owned(),
            epoch,
            path: folder.join(process).display().to_string(),
            offset: 0,
            sequence: moved + 1,
            why: "the files of this epoch are gone before all of it was in the record",
        }
    }

    /// Reads the next frame. After `End` and `Torn` it may be called again later.
    pub fn step(&mut self) -> Result<Step, JournalError> {
        loop {
            let step = self.step_in_segment()?;
            let ended = matches!(step, Step::End | Step::Torn);
            let Some((first, path)) = (if ended { self.following()? } else { None }) else {
                return Ok(step);
            };
            // The writer may have finished this segment between our reading and our looking.
            let again = self.step_in_segment()?;
            match again {
                Step::End if first == self.next => {}
                Step::End => {
                    return Ok(Step::Damage(
                        self.damage("frames are missing before the next file"),
                    ));
                }
                Step::Torn => return Ok(Step::Damage(self.damage("a frame is cut short"))),
                found => return Ok(found),
            }
            match self.enter(first, path)? {
                Ok(true) => {}
                Ok(false) => return Ok(Step::Torn),
                Err(damage) => return Ok(Step::Damage(damage)),
            }
        }
    }

    fn step_in_segment(&mut self) -> Result<Step, JournalError> {
        let Some(current) = &mut self.current else {
            return Ok(Step::End);
        };
        let found = match &self.previous {
            Some(previous) => current.frame(self.next, previous),
            None => return Ok(Step::End),
        };
        match found.map_err(|cause| system(&current.path)(cause))? {
            Found::Frame(payload, hash) => {
                let entry = Entry {
                    sequence: self.next,
                    payload,
                };
                self.next += 1;
                self.previous = Some(hash);
                Ok(Step::Entry(entry))
            }
            Found::End => Ok(Step::End),
            Found::Torn => Ok(Step::Torn),
            Found::Wrong(why) => Ok(Step::Damage(self.damage(why))),
        }
    }

    /// The segment after the current one; the first one while there is none.
    fn following(&self) -> Result<Option<(Sequence, PathBuf)>, JournalError> {
        let current = self.current.as_ref().map_or(0, |current| current.first);
        Ok(self.segments()?.into_iter().find(|(first, _)| *first > current))
    }

    fn segments(&self) -> Result<Vec<(Sequence, PathBuf)>, JournalError> {
        let epochs = segment::epochs(&self.folder, &self.process)?;
        let found = epochs.into_iter().find(|epoch| epoch.number == self.epoch);
        Ok(found.map(|epoch| epoch.segments).unwrap_or_default())
    }

    /// Goes on with the segment at `path`. Its header must continue the chain, when there is one.
    fn enter(&mut self, first: Sequence, path: PathBuf) -> Result<Entered, JournalError> {
        let file = match File::open(&path) {
            // Moved into the record and deleted since the folder was read.
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Ok(true)),
            file => file.map_err(system(&path))?,
        };
        let mut file = BufReader::new(file);
        let header = Header::read(&mut file).map_err(system(&path))?;
        let Some((header, offset)) = header else {
            // A header is synced before any frame follows it, so a short file holds no frame.
            let length = file.get_ref().metadata().map_err(system(&path))?.len();
            let begun = length < Header::longest() && self.is_last(first)?;
            let why = "it does not start as a journal file";
            return Ok(if begun {
                Ok(false)
            } else {
                Err(self.at(&path, 0, first, why))
            });
        };
        let start = Header::chain_start(&self.process, self.epoch);
        let expected = if first == 1 { Some(start) } else { self.previous };
        let fits = header.process == self.process
            && header.epoch == self.epoch
            && header.first == first
            && expected.is_none_or(|expected| expected == header.previous);
        if !fits {
            return Ok(Err(self.at(
                &path,
                0,
                first,
                "it does not continue the file before it",
            )));
        }
        self.previous = Some(header.previous);
        self.next = first;
        self.current = Some(Current {
            path,
            first,
            file,
            offset,
        });
        Ok(Ok(true))
    }

    fn is_last(&self, first: Sequence) -> Result<bool, JournalError> {
        Ok(self.segments()?.last().is_none_or(|(last, _)| *last == first))
    }

    fn at(&self, path: &Path, offset: u64, sequence: Sequence, why: &'static str) -> Damage {
        Damage {
            process: self.process.clone(),
            epoch: self.epoch,
            path: path.display().to_string(),
            offset,
            sequence,
            why,
        }
    }

    fn damage(&self, why: &'static str) -> Damage {
        match &self.current {
            Some(current) => self.at(&current.path, current.offset, self.next, why),
            None => self.at(&self.folder, 0, self.next, why),
        }
    }
}

/// Whether a segment could be entered (`false`: its header is cut short), or does not fit.
type Entered = Result<bool, Damage>;

enum Found {
    Frame(Vec<u8>, Hash),
    End,
    Torn,
    Wrong(&'static str),
}

impl Current {
    /// Reads the frame at the current offset; moves on only when it is right.
    fn frame(&mut self, sequence: Sequence, previous: &Hash) -> std::io::Result<Found> {
        let mut bytes = Vec::new();
        self.file
            .by_ref()
            .take(frame::HEAD as u64)
            .read_to_end(&mut bytes)?;
        let head = frame::head(&bytes);
        if let Some(head) = head {
            let rest = (head.length + frame::TAIL) as u64;
            self.file.by_ref().take(rest).read_to_end(&mut bytes)?;
        }
        let found = judge(&bytes, head, sequence, previous);
        if let Found::Frame(..) = &found {
            self.offset += bytes.len() as u64;
            return Ok(found);
        }
        let found = match found {
            Found::Torn if self.frame_follows()? => Found::Wrong("a frame is cut short or changed"),
            found => found,
        };
        self.file.seek(SeekFrom::Start(self.offset))?;
        Ok(found)
    }

    /// Whether a right frame starts anywhere after the current offset.
    fn frame_follows(&mut self) -> std::io::Result<bool> {
        self.file.seek(SeekFrom::Start(self.offset + 1))?;
        let mut rest = Vec::new();
        self.file.read_to_end(&mut rest)?;
        Ok(frame::anywhere_in(&rest))
    }
}

fn judge(bytes: &[u8], head: Option<frame::Head>, sequence: Sequence, previous: &Hash) -> Found {
    if bytes.is_empty() {
        return Found::End;
    }
    let Some(head) = head else { return Found::Torn };
    let whole = frame::HEAD + head.length + frame::TAIL;
    if bytes.len() < whole {
        return Found::Torn;
    }
    let Some(hash) = frame::checked(bytes) else {
        // A lost page reads as zeros after a loss of power; a killed writer leaves no such thing.
        let zeros = bytes.iter().rev().take(frame::TAIL).all(|byte| *byte == 0);
        return if zeros {
            Found::Torn
        } else {
            Found::Wrong("its checksum is wrong")
        };
    };
    if head.sequence != sequence {
        return Found::Wrong("it holds a frame with another number");
    }
    if head.previous != *previous {
        return Found::Wrong("it holds a frame that does not follow the one before it");
    }
    let payload = bytes
        .get(frame::HEAD..frame::HEAD + head.length)
        .unwrap_or_default();
    Found::Frame(payload.to_vec(), hash)
}

/// Reads the bytes of one segment file on their own: how many frames fit, and the first that does
/// not. For files that came from elsewhere; never fails on strange bytes.
pub fn read_segment(bytes: &[u8]) -> (u64, Option<&'static str>) {
    let mut rest = bytes;
    let Ok(Some((header, _))) = Header::read(&mut rest) else {
        return (0, Some("it does not start as a journal file"));
    };
    let (mut sequence, mut previous) = (header.first, header.previous);
    loop {
        let head = frame::head(rest);
        let length = head.map_or(rest.len(), |head| frame::HEAD + head.length + frame::TAIL);
        let (bytes, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let fault = match judge(bytes, head, sequence, &previous) {
            Found::Frame(_, hash) => {
                previous = hash;
                sequence = sequence.saturating_add(1);
                rest = after;
                continue;
            }
            Found::Torn if frame::anywhere_in(rest.get(1..).unwrap_or_default()) => {
                Some("a frame is cut short or changed")
            }
            Found::End | Found::Torn => None,
            Found::Wrong(why) => Some(why),
        };
        return (sequence - header.first, fault);
    }
}
