// SPDX-License-Identifier: Apache-2.0
//! What was read of revocation lists. A list counts when an authority of the configuration signed it, it is not
//! older than one seen before, and there is memory for it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use authn::certificate::{Certificate, Crl, CrlSet, pem_crls};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;

/// The longest file of lists.
pub(crate) const LONGEST_FILE: u64 = 300 * 1024 * 1024;
/// An address is not called again before.
const PAUSE: TimeDelta = TimeDelta::minutes(10);

/// What was read before: files by name with what told them apart, lists of addresses.
#[derive(Debug, Default)]
pub(super) struct Read {
    files: HashMap<PathBuf, (SystemTime, u64, Vec<Arc<Crl>>)>,
    fetched: HashMap<String, Vec<Arc<Crl>>>,
    /// The newest of each series, so that a number never goes back.
    newest: HashMap<Vec<u8>, Arc<Crl>>,
    called: HashMap<String, DateTime<Utc>>,
    pub(super) warned: bool,
}

impl Read {
    /// Whether an address should be called; if so, the call is noted.
    pub(super) fn is_due(&mut self, address: &str, now: DateTime<Utc>) -> bool {
        let is_early = self.called.get(address).is_some_and(|last| now - *last < PAUSE);
        if is_early || self.is_young(address, now) {
            return false;
        }
        self.called.insert(address.to_owned(), now);
        true
    }

    /// Keeps what an address gave, in place of what it gave before.
    pub(super) fn keep_fetched(&mut self, address: String, lists: Vec<Arc<Crl>>) {
        self.fetched.insert(address, lists);
    }

    /// Whether the lists of an address have not lived half their time.
    fn is_young(&self, address: &str, now: DateTime<Utc>) -> bool {
        let lists = self.fetched.get(address).map(Vec::as_slice).unwrap_or_default();
        let is_young =
            |list: &Arc<Crl>| (now - list.this_update()) * 2 < list.next_update() - list.this_update();
        !lists.is_empty() && lists.iter().all(is_young)
    }

    /// Whether anything in the folder changed; if so it has been read.
    pub(super) fn look(&mut self, folder: &Path, signers: &[Certificate]) -> bool {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(fault) => {
                tracing::warn!(folder = %folder.display(), error = %fault, "the folder of revocation lists cannot be read");
                return false;
            }
        };
        let mut seen = HashMap::new();
        let mut is_changed = false;
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_list = path.extension().is_some_and(|extension| extension == "crl");
            let Some((changed, length)) = fs::metadata(&path)
                .ok()
                .filter(|about| is_list && about.is_file())
                .and_then(|about| Some((about.modified().ok()?, about.len())))
            else {
                continue;
            };
            match self.files.remove(&path) {
                Some(known) if known.0 == changed && known.1 == length => {
                    seen.insert(path, known);
                }
                earlier => {
                    is_changed = true;
                    let lists = if length > LONGEST_FILE {
                        Err("it is too long".to_owned())
                    } else {
                        fs::read(&path)
                            .map_err(|fault| fault.to_string())
                            .and_then(|bytes| parse(&bytes, signers))
                    };
                    // It may be half copied: what it said before counts until it can be read again.
                    let lists = lists.unwrap_or_else(|fault| {
                        tracing::warn!(file = %path.display(), error = fault, "a revocation list cannot be used");
                        earlier.map(|(_, _, lists)| lists).unwrap_or_default()
                    });
                    seen.insert(path, (changed, length, lists));
                }
            }
        }
        is_changed |= !self.files.is_empty();
        self.files = seen;
        is_changed
    }

    /// The lists that count, within `limit` bytes.
    pub(super) fn set(&mut self, limit: usize) -> CrlSet {
        let files = self.files.values().flat_map(|(_, _, lists)| lists);
        let mut kept: Vec<Arc<Crl>> = Vec::new();
        for list in files.chain(self.fetched.values().flatten()) {
            let series = list.series();
            match self.newest.get(&series) {
                Some(newest) if list.is_older_than(newest) => {
                    tracing::warn!(
                        issuer = %list.issuer(),
                        number = list.number(),
                        newest = newest.number(),
                        "a revocation list is older than one seen before: the newer one stays"
                    );
                    kept.push(newest.clone());
                }
                _ => {
                    self.newest.insert(series, list.clone());
                    kept.push(list.clone());
                }
            }
        }
        let mut bytes = 0;
        kept.retain(|list| {
            bytes += CrlSet::of([list.clone()]).bytes();
            let fits = bytes <= limit;
            if !fits {
                tracing::error!(issuer = %list.issuer(), "no memory for a revocation list: raise `crl_memory_mib`");
            }
            fits
        });
        CrlSet::of(kept)
    }
}

/// The lists in a file that somebody known signed.
pub(super) fn parse(bytes: &[u8], signers: &[Certificate]) -> Result<Vec<Arc<Crl>>, String> {
    let mut lists = Vec::new();
    for der in pem_crls(bytes).map_err(|fault| fault.to_string())? {
        let list = Crl::from_der(&der).map_err(|fault| fault.to_string())?;
        let is_known = signers
            .iter()
            .any(|signer| signer.subject() == list.issuer() && list.is_signed_by(signer));
        if !is_known {
            return Err(format!("nobody known signed the list of `{}`", list.issuer()));
        }
        lists.push(Arc::new(list));
    }
    Ok(lists)
}
