// SPDX-License-Identifier: Apache-2.0
//! What one snapshot has answered already. A memory belongs to a snapshot, so nothing outlives the
//! world it was asked of; within it, an answer holds until the next moment at which time alone
//! changes it.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use countersign_labels::Label;

use crate::resolve::Members;
use crate::{Decision, Facts, Question};

/// Locks that are taken in turn, so that threads seldom meet.
const SHELVES: usize = 16;
/// Answers a shelf holds before it is emptied.
const LARGEST: usize = 2048;

/// What was answered.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Whole answers.
    pub(crate) decisions: Kept<AnswerKey, Decision>,
    /// Guard 32: what the members of a channel make of a label.
    pub(crate) members: Kept<MembersKey, Members>,
}

/// All that an answer depends on beside the world and the moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AnswerKey {
    /// The engine that was asked: policies differ.
    pub(crate) engine: u64,
    pub(crate) question: Question,
    pub(crate) facts: Facts,
}

/// Members of this channel, about this label.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct MembersKey {
    pub(crate) channel: String,
    pub(crate) label: Arc<Label>,
}

/// Answers by their keys.
#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    hasher: RandomState,
    shelves: [Mutex<HashMap<u64, Answer<K, V>>>; SHELVES],
}

#[derive(Debug)]
struct Answer<K, V> {
    key: K,
    value: V,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            shelves: std::array::from_fn(|_| Mutex::default()),
        }
    }
}

impl<K, V: Clone> Kept<K, V> {
    /// The answer to `asked`, if it was given before and still holds. `same` compares a key with it.
    pub(crate) fn find<Q: Hash + ?Sized>(
        &self,
        asked: &Q,
        same: impl Fn(&K) -> bool,
        now: DateTime<Utc>,
    ) -> Option<V> {
        let hash = self.hasher.hash_one(asked);
        let shelf = self.shelf(hash)?.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = shelf.get(&hash)?;
        let holds = answer.from <= now && answer.until.is_none_or(|until| now < until);
        (holds && same(&answer.key)).then(|| answer.value.clone())
    }

    /// Keeps an answer given at `from` that holds before `until`. `asked` must hash as for
    /// [`Kept::find`].
    pub(crate) fn keep<Q: Hash + ?Sized>(
        &self,
        asked: &Q,
        key: K,
        value: V,
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) {
        let hash = self.hasher.hash_one(asked);
        let Some(shelf) = self.shelf(hash) else { return };
        let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.len() >= LARGEST {
            shelf.clear();
        }
        shelf.insert(
            hash,
            Answer {
                key,
                value,
                from,
                until,
            },
        );
    }

    fn shelf(&self, hash: u64) -> Option<&Mutex<HashMap<u64, Answer<K, V>>>> {
        self.shelves.get(hash as usize % SHELVES)
    }
}

/// The next moment at which time alone changes something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Turn(Option<DateTime<Utc>>);

impl Turn {
    /// Something begins at `moment`.
    pub(crate) fn begins(&mut self, moment: DateTime<Utc>, now: DateTime<Utc>) {
        if now < moment {
            self.0 = Some(self.0.map_or(moment, |held| held.min(moment)));
        }
    }

    /// Nothing is known beyond `now`.
    pub(crate) fn ends_with(&mut self, now: DateTime<Utc>) {
        self.0 = Some(now);
    }

    /// Something still holds at `moment`, and no longer after it.
    pub(crate) fn ends_after(&mut self, moment: DateTime<Utc>, now: DateTime<Utc>) {
        let after = moment.checked_add_signed(chrono::TimeDelta::nanoseconds(1));
        self.begins(after.unwrap_or(moment), now);
    }

    /// Whatever of both comes first.
    pub(crate) fn and(&mut self, other: Self) {
        if let Some(moment) = other.0 {
            self.0 = Some(self.0.map_or(moment, |held| held.min(moment)));
        }
    }

    /// When it is.
    pub(crate) fn moment(self) -> Option<DateTime<Utc>> {
        self.0
    }
}
