// SPDX-License-Identifier: Apache-2.0
//! Who may have which mail address, without regard to case. The people hold the text: here is its hash, and
//! whoever asks looks at the text again.

use std::hash::{BuildHasher, RandomState};

use imbl::OrdSet;

use super::register::Number;

/// Addresses and people.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addresses {
    hasher: RandomState,
    by_hash: OrdSet<(u64, Number)>,
}

impl Addresses {
    /// Notes the addresses of many people at once.
    pub(super) fn of<'a>(people: impl Iterator<Item = (&'a str, Number)>) -> Self {
        let mut addresses = Self::default();
        let mut hashed: Vec<_> = people
            .map(|(address, person)| (addresses.hash(address), person))
            .collect();
        hashed.sort_unstable();
        addresses.by_hash = hashed.into_iter().collect();
        addresses
    }

    /// Those who may have it: whoever does, and now and then somebody else.
    pub(super) fn holders(&self, address: &str) -> impl Iterator<Item = Number> {
        let hash = self.hash(address);
        let least = (hash, Number::of_place(0));
        self.by_hash
            .range(least..)
            .take_while(move |(held, _)| *held == hash)
            .map(|(_, person)| *person)
    }

    /// Notes that somebody's address is another.
    pub(super) fn change(&mut self, person: Number, old: Option<&str>, new: Option<&str>) {
        if old == new {
            return;
        }
        if let Some(old) = old {
            self.by_hash.remove(&(self.hash(old), person));
        }
        if let Some(new) = new {
            self.by_hash.insert((self.hash(new), person));
        }
    }

    fn hash(&self, address: &str) -> u64 {
        self.hasher.hash_one(address.to_lowercase())
    }
}
