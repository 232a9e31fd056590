// SPDX-License-Identifier: Apache-2.0
//! Revocation lists: read from the folder and, where calls are allowed, from their addresses; parsed
//! on a thread of their own, then swapped in whole. No sign-in waits for it.
//!
//! A list counts when an authority of the configuration signed it, it is not older than one seen
//! before, and there is memory for it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use authn::certificate::{Certificate, Crl, CrlSet, pem_crls};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;

use super::Desk;
use crate::app::House;
use crate::config::cards as config;

/// A list of 50 MB may take so long.
const DOWNLOAD: Duration = Duration::from_mins(2);
/// An address is not called again before.
const PAUSE: TimeDelta = TimeDelta::minutes(10);
const LONGEST_FILE: u64 = 300 * 1024 * 1024;

/// What was read before: files by name with what told them apart, lists of addresses.
#[derive(Debug, Default)]
pub struct Read {
    files: HashMap<PathBuf, (SystemTime, u64, Vec<Arc<Crl>>)>,
    fetched: HashMap<String, Vec<Arc<Crl>>>,
    /// The newest of each series, so that a number never goes back.
    newest: HashMap<Vec<u8>, Arc<Crl>>,
    called: HashMap<String, DateTime<Utc>>,
    warned: bool,
}

impl House {
    /// Looks at the folder, and swaps the lists when something changed.
    pub async fn read_lists(&self) {
        let Some((desk, config)) = self.cards.as_ref().zip(self.config.cards.as_ref()) else {
            return;
        };
        let mut read = desk.read.lock().await;
        let (folder, signers) = (config.crl_folder.clone(), desk.authorities());
        let limit = config.crl_memory_mib.saturating_mul(1024 * 1024);
        let mut state = std::mem::take(&mut *read);
        let worked = tokio::task::spawn_blocking(move || {
            let is_changed = folder
                .as_deref()
                .is_some_and(|folder| state.look(folder, &signers));
            let set = is_changed.then(|| state.set(limit));
            (state, set)
        });
        match worked.await {
            Ok((state, set)) => {
                *read = state;
                if let Some(set) = set {
                    tracing::info!(
                        lists = set.all().count(),
                        bytes = set.bytes(),
                        "revocation lists were read"
                    );
                    desk.lists.store(Arc::new(set));
                }
            }
            Err(fault) => tracing::error!(error = %fault, "revocation lists could not be read"),
        }
        drop(read);
        self.warn_of_age(desk).await;
    }

    /// Fetches the lists whose addresses are known, where calls are allowed.
    pub async fn fetch_lists(&self) {
        let Some((desk, config)) = self.cards.as_ref().zip(self.config.cards.as_ref()) else {
            return;
        };
        if !config.outbound {
            return;
        }
        for address in desk.addresses() {
            let now = self.now();
            let mut read = desk.read.lock().await;
            let is_early = read.called.get(&address).is_some_and(|last| now - *last < PAUSE);
            if is_early || read.is_young(&address, now) {
                continue;
            }
            read.called.insert(address.clone(), now);
            drop(read);
            match self.download(&address).await {
                Ok(bytes) => self.take_fetched(desk, config, address, bytes).await,
                Err(fault) => {
                    tracing::warn!(address, error = fault, "a revocation list could not be fetched");
                }
            }
        }
    }

    async fn download(&self, address: &str) -> Result<Vec<u8>, String> {
        let request = self.outbound.get(address).timeout(DOWNLOAD);
        let mut answer = request.send().await.map_err(|fault| fault.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status()));
        }
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|fault| fault.to_string())? {
            bytes.extend_from_slice(&part);
            if bytes.len() as u64 > LONGEST_FILE {
                return Err("it is too long".to_owned());
            }
        }
        Ok(bytes)
    }

    async fn take_fetched(&self, desk: &Desk, config: &config::Cards, address: String, bytes: Vec<u8>) {
        let signers = desk.authorities();
        let parsed = tokio::task::spawn_blocking(move || parse(&bytes, &signers)).await;
        let lists = match parsed {
            Ok(Ok(lists)) => lists,
            Ok(Err(fault)) => {
                tracing::warn!(address, error = fault, "a fetched revocation list cannot be used");
                return;
            }
            Err(fault) => {
                tracing::error!(error = %fault, "a revocation list could not be read");
                return;
            }
        };
        let mut read = desk.read.lock().await;
        read.fetched.insert(address, lists);
        let set = read.set(config.crl_memory_mib.saturating_mul(1024 * 1024));
        desk.lists.store(Arc::new(set));
    }

    /// Says so when a list has lived half, or four fifths, of its time, and when it is past it.
    async fn warn_of_age(&self, desk: &Desk) {
        let now = self.now();
        let mut old = 0;
        for list in desk.lists.load().all().filter(|list| !list.is_delta()) {
            let life = list.next_update() - list.this_update();
            let age = now - list.this_update();
            if age * 5 > life * 4 {
                old += 1;
            }
        }
        let mut read = desk.read.lock().await;
        if old > 0 && !read.warned {
            tracing::warn!(
                lists = old,
                "revocation lists are past four fifths of their time: bring new ones"
            );
        }
        read.warned = old > 0;
    }
}

impl Read {
    /// Whether the lists of an address have not lived half their time.
    fn is_young(&self, address: &str, now: DateTime<Utc>) -> bool {
        let lists = self.fetched.get(address).map(Vec::as_slice).unwrap_or_default();
        let is_young =
            |list: &Arc<Crl>| (now - list.this_update()) * 2 < list.next_update() - list.this_update();
        !lists.is_empty() && lists.iter().all(is_young)
    }

    /// Whether anything in the folder changed; if so it has been read.
    pub(crate) fn look(&mut self, folder: &Path, signers: &[Certificate]) -> bool {
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
                _ => {
                    is_changed = true;
                    let lists = if length > LONGEST_FILE {
                        Err("it is too long".to_owned())
                    } else {
                        fs::read(&path)
                            .map_err(|fault| fault.to_string())
                            .and_then(|bytes| parse(&bytes, signers))
                    };
                    let lists = lists.unwrap_or_else(|fault| {
                        tracing::warn!(file = %path.display(), error = fault, "a revocation list cannot be used");
                        Vec::new()
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
    pub(crate) fn set(&mut self, limit: usize) -> CrlSet {
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
fn parse(bytes: &[u8], signers: &[Certificate]) -> Result<Vec<Arc<Crl>>, String> {
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
