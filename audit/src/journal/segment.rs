// SPDX-License-Identifier: Apache-2.0
//! The files of a journal: their names, their header, and what lies in a folder.
//!
//! Header: `magic(8) epoch(8) first(8) previous(32) length(2) process hash(32)`.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::{JournalError, system};
use crate::hash::{self, Hash};

/// What the start of a segment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) process: String,
    pub(super) epoch: u64,
    pub(super) first: u64,
    pub(super) previous: Hash,
}

/// A segment that was just begun.
pub(super) struct Segment {
    pub(super) file: File,
    pub(super) path: PathBuf,
    pub(super) length: u64,
}

/// The files of one epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Its number.
    pub number: u64,
    /// Its segments as first frame and path, in order.
    pub segments: Vec<(u64, PathBuf)>,
}

impl Segment {
    /// Begins a segment: the header is on disk, and so is its name in the folder.
    pub(super) fn create(folder: &Path, header: &Header) -> Result<Self, JournalError> {
        let path = folder.join(format!("{:010}-{:016}.journal", header.epoch, header.first));
        let bytes = header.encode();
        let create = || {
            let mut file = OpenOptions::new().append(true).create_new(true).open(&path)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            File::open(folder)?.sync_all()?;
            Ok(file)
        };
        match create() {
            Ok(file) => Ok(Self {
                file,
                length: bytes.len() as u64,
                path,
            }),
            Err(cause) => {
                // A half-made segment would be in the way of the next attempt.
                let _ = fs::remove_file(&path);
                Err(system(&path)(cause))
            }
        }
    }
}

impl Header {
    /// What the first frame of an epoch is chained to.
    pub(super) fn chain_start(process: &str, epoch: u64) -> Hash {
        hash::of(&[MAGIC, &epoch.to_le_bytes(), process.as_bytes()])
    }

    /// The most bytes that a header takes.
    pub(super) fn longest() -> u64 {
        FIXED + 64 + 32
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.epoch.to_le_bytes());
        out.extend_from_slice(&self.first.to_le_bytes());
        out.extend_from_slice(self.previous.as_bytes());
        out.extend_from_slice(&(self.process.len() as u16).to_le_bytes());
        out.extend_from_slice(self.process.as_bytes());
        let hash = hash::of(&[&out]);
        out.extend_from_slice(hash.as_bytes());
        out
    }

    /// Reads a header; `None` when what is there is not one.
    pub(super) fn read(from: &mut impl Read) -> std::io::Result<Option<(Self, u64)>> {
        let mut fixed = Vec::with_capacity(128);
        from.by_ref().take(FIXED).read_to_end(&mut fixed)?;
        let Some(name_length) = fixed.last_chunk::<2>().map(|two| u16::from_le_bytes(*two)) else {
            return Ok(None);
        };
        from.by_ref()
            .take(u64::from(name_length) + 32)
            .read_to_end(&mut fixed)?;
        Ok(Self::parse(&fixed).map(|header| (header, fixed.len() as u64)))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (before, written) = bytes.split_last_chunk::<32>()?;
        if hash::of(&[before]).as_bytes() != written {
            return None;
        }
        let rest = before.strip_prefix(MAGIC)?;
        let (epoch, rest) = rest.split_first_chunk::<8>()?;
        let (first, rest) = rest.split_first_chunk::<8>()?;
        let (previous, rest) = rest.split_first_chunk::<32>()?;
        let process = rest.get(2..)?;
        Some(Self {
            process: String::from_utf8(process.to_vec()).ok()?,
            epoch: u64::from_le_bytes(*epoch),
            first: u64::from_le_bytes(*first),
            previous: Hash::from(*previous),
        })
    }
}

/// The names of the processes that have a journal in `folder`, sorted.
pub fn processes(folder: &Path) -> Result<Vec<String>, JournalError> {
    let mut names = Vec::new();
    for entry in listed(folder)? {
        let name = entry.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|_| entry.is_dir()) {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The epochs of one process, oldest first. Files that are not segments are passed over.
pub fn epochs(folder: &Path, process: &str) -> Result<Vec<Epoch>, JournalError> {
    let mut segments: Vec<(u64, u64, PathBuf)> = listed(&folder.join(process))?
        .into_iter()
        .filter_map(|path| {
            let (epoch, first) = path
                .file_name()?
                .to_str()?
                .strip_suffix(SUFFIX)?
                .split_once('-')?;
            Some((epoch.parse().ok()?, first.parse().ok()?, path.clone()))
        })
        .collect();
    segments.sort_unstable();
    let mut epochs: Vec<Epoch> = Vec::new();
    for (number, first, path) in segments {
        match epochs.last_mut().filter(|epoch| epoch.number == number) {
            Some(epoch) => epoch.segments.push((first, path)),
            None => epochs.push(Epoch {
                number,
                segments: vec![(first, path)],
            }),
        }
    }
    Ok(epochs)
}

/// How much lies in a process's segments.
pub(super) fn bytes_of(folder: &Path) -> Result<u64, JournalError> {
    Ok(listed(folder)?
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "journal"))
        .filter_map(|path| fs::metadata(path).ok())
        .map(|file| file.len())
        .sum())
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, JournalError> {
    let entries = match fs::read_dir(folder) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(system(folder))?,
    };
    entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(system(folder)))
        .collect()
}

const MAGIC: &[u8; 8] = b"CSJOURN\x01";
const FIXED: u64 = 8 + 8 + 8 + 32 + 2;
const SUFFIX: &str = ".journal";
