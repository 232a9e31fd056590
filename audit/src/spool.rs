// SPDX-License-Identifier: Apache-2.0
//! Where decisions at rank 0 wait while the journal cannot be written: a file whose space was taken
//! when the disk still had some. Each entry is authenticated with a key from outside the folder and
//! chained to the one before.
//!
//! ```text
//! magic(8) generation(8) mac(32)  { length(4) payload mac(32) }*  length(4) = 0
//! ```

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac;

/// Nothing can be kept.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// As much waits as there is space.
    #[error("the spool is full: {entries} decisions wait")]
    Full {
        /// How many.
        entries: usize,
    },
    /// The system refused.
    #[error("the spool `{path}` cannot be used: {cause}")]
    System {
        /// The file.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// The file, open.
pub struct Spool {
    path: PathBuf,
    file: Option<File>,
    key: hmac::Key,
    generation: u64,
    entries: Vec<Vec<u8>>,
    previous: [u8; MAC],
    end: u64,
    length: u64,
    inherited: bool,
    damaged: bool,
}

impl Spool {
    /// Opens the spool at `path`, taking `bytes` of space for it; 0: none, and it is always full. What a
    /// process before left in it is there.
    pub fn open(path: &Path, bytes: u32, key: &[u8]) -> Result<Self, SpoolError> {
        let mut spool = Self {
            path: path.to_owned(),
            file: None,
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            generation: 0,
            entries: Vec::new(),
            previous: [0; MAC],
            end: HEAD,
            length: u64::from(bytes),
            inherited: false,
            damaged: false,
        };
        let held = match fs::read(path) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            held => held.map_err(|cause| spool.system(cause))?,
        };
        spool.take_in(&held);
        let begun = spool.entries.is_empty() && !spool.damaged;
        if begun && held.len() as u64 != spool.length {
            spool.make().map_err(|cause| spool.system(cause))?;
        } else if !held.is_empty() {
            spool.length = held.len() as u64;
            let file = OpenOptions::new().write(true).open(path);
            spool.file = Some(file.map_err(|cause| spool.system(cause))?);
        }
        Ok(spool)
    }

    /// Keeps `payload`, on disk, or refuses.
    pub fn append(&mut self, payload: &[u8]) -> Result<(), SpoolError> {
        let full = SpoolError::Full {
            entries: self.entries.len(),
        };
        let Some(file) = &self.file else { return Err(full) };
        let mac = self.mac(payload);
        let mut bytes = Vec::with_capacity(4 + payload.len() + MAC + 4);
        bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        bytes.extend_from_slice(payload);
        bytes.extend_from_slice(&mac);
        bytes.extend_from_slice(&[0; 4]);
        if payload.is_empty() || self.end + bytes.len() as u64 > self.length {
            return Err(full);
        }
        let written = file
            .write_all_at(&bytes, self.end)
            .and_then(|()| file.sync_data());
        written.map_err(|cause| self.system(cause))?;
        self.end += bytes.len() as u64 - 4;
        self.previous = mac;
        self.entries.push(payload.to_vec());
        Ok(())
    }

    /// What waits, oldest first.
    pub fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }

    /// Whether what waits was left by a process before, which may have moved it already.
    pub fn is_inherited(&self) -> bool {
        self.inherited && !self.entries.is_empty()
    }

    /// Whether something stood in it that nobody with the key has written.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Forgets what waits, once it is in the journal.
    pub fn clear(&mut self) -> Result<(), SpoolError> {
        self.entries.clear();
        self.inherited = false;
        self.damaged = false;
        self.generation += 1;
        self.previous = [0; MAC];
        self.end = HEAD;
        let mut bytes = self.head();
        bytes.extend_from_slice(&[0; 4]);
        let Some(file) = &self.file else { return Ok(()) };
        file.write_all_at(&bytes, 0)
            .and_then(|()| file.sync_data())
            .map_err(|cause| self.system(cause))
    }

    fn make(&mut self) -> std::io::Result<()> {
        if self.length < HEAD + 4 {
            self.length = 0;
            return match fs::remove_file(&self.path) {
                Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(()),
                done => done,
            };
        }
        let mut file = File::create(&self.path)?;
        let mut bytes = self.head();
        bytes.resize(usize::try_from(self.length).unwrap_or(usize::MAX), 0);
        file.write_all(&bytes)?;
        file.sync_all()?;
        self.file = Some(file);
        Ok(())
    }

    fn head(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&self.generation.to_le_bytes());
        let mac = hmac::sign(&self.key, &bytes);
        bytes.extend_from_slice(mac.as_ref());
        bytes
    }

    fn mac(&self, payload: &[u8]) -> [u8; MAC] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"entry");
        context.update(&self.generation.to_le_bytes());
        context.update(&(self.entries.len() as u64).to_le_bytes());
        context.update(&self.previous);
        context.update(payload);
        let mut mac = [0; MAC];
        for (to, from) in mac.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        mac
    }

    /// Reads what is in the file, as far as it is ours.
    fn take_in(&mut self, held: &[u8]) {
        if held.is_empty() {
            return;
        }
        let generation = held.get(8..16).and_then(<[u8]>::first_chunk::<8>);
        self.generation = generation.map_or(0, |bytes| u64::from_le_bytes(*bytes));
        if held.get(..HEAD as usize) != Some(&self.head()) {
            self.damaged = true;
            return;
        }
        let mut rest = held.get(HEAD as usize..).unwrap_or_default();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = u32::from_le_bytes(*length) as usize;
            if length == 0 {
                break;
            }
            let entry = after
                .split_at_checked(length)
                .and_then(|(payload, after)| Some((payload, after.split_first_chunk::<MAC>()?)));
            let Some((payload, (mac, after))) =
                entry.filter(|(payload, (mac, _))| self.mac(payload) == **mac)
            else {
                self.damaged = true;
                break;
            };
            self.end += (4 + length + MAC) as u64;
            self.previous = *mac;
            self.entries.push(payload.to_vec());
            self.inherited = true;
            rest = after;
        }
    }

    fn system(&self, cause: std::io::Error) -> SpoolError {
        SpoolError::System {
            path: self.path.display().to_string(),
            cause,
        }
    }
}

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spool({} entries)", self.entries.len())
    }
}

const MAGIC: &[u8; 8] = b"CSSPOOL\x01";
const MAC: usize = 32;
const HEAD: u64 = 8 + 8 + 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &tempfile::TempDir, key: &[u8]) -> Spool {
        Spool::open(&folder.path().join("spool"), 400, key).unwrap()
    }

    #[test]
    fn what_was_kept_is_there_for_the_next_process_and_gone_once_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = open(&folder, b"key");
        spool.append(b"one").unwrap();
        spool.append(b"two").unwrap();
        assert!(!spool.is_inherited());
        let mut next = open(&folder, b"key");
        assert_eq!(next.entries(), [b"one", b"two"]);
        assert!(next.is_inherited());
        next.append(b"three").unwrap();
        assert_eq!(open(&folder, b"key").entries().len(), 3);
        next.clear().unwrap();
        assert_eq!(open(&folder, b"key").entries().len(), 0);
        next.append(b"four").unwrap();
        let last = open(&folder, b"key");
        assert_eq!(
            (last.entries(), last.is_damaged()),
            ([b"four".to_vec()].as_slice(), false)
        );
    }

    #[test]
    fn it_takes_its_space_at_once_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = open(&folder, b"key");
        let path = folder.path().join("spool");
        assert_eq!(fs::metadata(&path).unwrap().len(), 400);
        let mut kept = 0;
        while spool.append(&[7; 50]).is_ok() {
            kept += 1;
        }
        assert_eq!(kept, 4);
        assert_eq!(fs::metadata(&path).unwrap().len(), 400);
        assert_eq!(open(&folder, b"key").entries().len(), 4);
        let none = Spool::open(&folder.path().join("none"), 0, b"key")
            .unwrap()
            .append(b"x");
        assert!(matches!(none, Err(SpoolError::Full { entries: 0 })));
    }

    #[test]
    fn entries_that_nobody_with_the_key_wrote_are_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        open(&folder, b"key").append(b"allowed: noah").unwrap();
        open(&folder, b"key").append(b"second").unwrap();
        let path = folder.path().join("spool");
        let whole = fs::read(&path).unwrap();
        assert!(open(&folder, b"other").is_damaged());
        for at in [5, 12, 20, 49, 55, 70, 100] {
            let mut bent = whole.clone();
            bent[at] ^= 1;
            fs::write(&path, bent).unwrap();
            let read = open(&folder, b"key");
            assert!(read.is_damaged(), "byte {at}");
            assert!(read.entries().len() < 2, "byte {at}");
        }
    }
}
