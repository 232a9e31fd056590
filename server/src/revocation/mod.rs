// SPDX-License-Identifier: Apache-2.0
//! Revocation lists at hand: one set for each kind of certificate, so that an authority for one kind says
//! nothing about another. They are read from a folder, parsed on a thread of their own and swapped in whole; no
//! sign-in waits for it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::{ArcSwap, Guard};
use authn::certificate::{Certificate, Crl, CrlSet};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::House;

mod read;

pub(crate) use read::LONGEST_FILE;
use read::Read;

/// The lists about one kind of certificate.
#[derive(Debug)]
pub struct Lists {
    /// What they are about: `cards`, `devices` or `machines`, as the section of the configuration.
    pub about: &'static str,
    folder: Option<PathBuf>,
    limit: usize,
    signers: Vec<Certificate>,
    set: ArcSwap<CrlSet>,
    generation: AtomicU64,
    read: tokio::sync::Mutex<Read>,
}

/// How old a list is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Age {
    /// Its successor is not due for long.
    Fresh,
    /// More than four fifths of its time are over.
    Old,
    /// Its successor was due: it acquits nobody any more, but for its authority's hours of grace.
    Overdue,
}

impl Lists {
    /// None yet. `signers` are those whose lists count, `mebibytes` what lists may take.
    pub fn new(
        about: &'static str,
        folder: Option<PathBuf>,
        mebibytes: usize,
        signers: Vec<Certificate>,
    ) -> Self {
        Self {
            about,
            folder,
            limit: mebibytes.saturating_mul(1024 * 1024),
            signers,
            set: ArcSwap::from_pointee(CrlSet::default()),
            generation: AtomicU64::new(0),
            read: tokio::sync::Mutex::default(),
        }
    }

    /// Those that count now.
    pub fn load(&self) -> Guard<Arc<CrlSet>> {
        self.set.load()
    }

    /// How often other lists came to count: while it is the same, so are they.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The certificates of all whose lists count.
    pub fn signers(&self) -> &[Certificate] {
        &self.signers
    }

    /// How old `list` is.
    pub fn age(list: &Crl, now: DateTime<Utc>) -> Age {
        let (since, until) = (list.this_update(), list.next_update());
        if now > until {
            Age::Overdue
        } else if (now - since) * 5 > (until - since) * 4 {
            Age::Old
        } else {
            Age::Fresh
        }
    }

    /// Looks at the folder, and swaps the lists when something changed.
    pub async fn look(&self, now: DateTime<Utc>) {
        let mut read = self.read.lock().await;
        if let Some(folder) = self.folder.clone() {
            let (signers, limit) = (self.signers.clone(), self.limit);
            let mut state = std::mem::take(&mut *read);
            let worked = tokio::task::spawn_blocking(move || {
                let set = state.look(&folder, &signers).then(|| state.set(limit));
                (state, set)
            });
            match worked.await {
                Ok((state, set)) => {
                    *read = state;
                    if let Some(set) = set {
                        self.swap(set);
                    }
                }
                Err(fault) => {
                    tracing::error!(about = self.about, error = %fault, "revocation lists could not be read");
                }
            }
        }
        self.warn_of_age(&mut read, now);
    }

    /// Whether `address` should be called for its lists: it was not lately, and what it gave has lived half its
    /// time. If so, the call is noted.
    pub(crate) async fn is_due(&self, address: &str, now: DateTime<Utc>) -> bool {
        self.read.lock().await.is_due(address, now)
    }

    /// Takes the lists that an address gave.
    pub(crate) async fn take_fetched(&self, address: String, bytes: Vec<u8>) {
        let signers = self.signers.clone();
        let lists = match tokio::task::spawn_blocking(move || read::parse(&bytes, &signers)).await {
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
        let mut read = self.read.lock().await;
        read.keep_fetched(address, lists);
        self.swap(read.set(self.limit));
    }

    fn swap(&self, set: CrlSet) {
        let (lists, bytes) = (set.all().count(), set.bytes());
        tracing::info!(about = self.about, lists, bytes, "revocation lists were read");
        self.set.store(Arc::new(set));
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// Says so, once, when a list has lived four fifths of its time, or is past it.
    fn warn_of_age(&self, read: &mut Read, now: DateTime<Utc>) {
        let set = self.load();
        let bases = set.all().filter(|list| !list.is_delta());
        let old = bases.filter(|list| Self::age(list, now) != Age::Fresh).count();
        if old > 0 && !read.warned {
            tracing::warn!(
                about = self.about,
                lists = old,
                "revocation lists are past four fifths of their time: bring new ones"
            );
        }
        read.warned = old > 0;
    }
}

impl House {
    /// All lists, by what they are about.
    pub fn revocation_lists(&self) -> impl Iterator<Item = &Lists> {
        let cards = self.cards.iter().map(|desk| &desk.lists);
        let devices = self.devices.iter().map(|desk| &desk.lists);
        let machines = self.machines.iter().map(|desk| &desk.lists);
        cards.chain(devices).chain(machines)
    }
}
