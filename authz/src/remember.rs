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
    pub(crate) decisions: Kept<AnswerKey, Answered>,
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

/// A whole answer.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) decision: Decision,
    /// Whether it would be another had the session been used later than it was.
    pub(crate) hangs_on_activity: bool,
}

impl AnswerKey {
    /// Whether `answered` is the answer to `question` too, with these facts at `now`. A session that was used
    /// again meanwhile is further from its end: that makes another answer only where a policy says so, or where
    /// the answer lasts no longer than the session would have.
    pub(crate) fn answers(
        &self,
        answered: &Answered,
        engine: u64,
        question: &Question,
        facts: &Facts,
        now: DateTime<Utc>,
    ) -> bool {
        self.engine == engine
            && self.question == *question
            && (self.facts == *facts
                || !answered.hangs_on_activity
                    && self.facts.differ_in_later_activity(facts, now)
                    && answered.decision.lasts_in_full(now))
    }
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
    /// The answer to `asked`, if it was given before and still holds. `same` says whether what was answered
    /// then is what is asked now.
    pub(crate) fn find<Q: Hash + ?Sized>(
        &self,
        asked: &Q,
        same: impl Fn(&K, &V) -> bool,
        now: DateTime<Utc>,
    ) -> Option<V> {
        let hash = self.hasher.hash_one(asked);
        let answers = self.shelf(hash)?.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = answers.get(&hash)?;
        let holds = answer.from <= now && answer.until.is_none_or(|until| now < until);
        (holds && same(&answer.key, &answer.value)).then(|| answer.value.clone())
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
        let Some(answers) = self.shelf(hash) else { return };
        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= LARGEST {
            answers.clear();
        }
        answers.insert(
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
pub(crate) struct Turn {
    moment: Option<DateTime<Utc>>,
    hangs_on_activity: bool,
}

impl Turn {
    /// Something begins at `moment`.
    pub(crate) fn begins(&mut self, moment: DateTime<Utc>, now: DateTime<Utc>) {
        if now < moment {
            self.moment = Some(self.moment.map_or(moment, |held| held.min(moment)));
        }
    }

    /// Later activity of the session, too, would change it.
    pub(crate) fn hangs_on_activity(&mut self) {
        self.hangs_on_activity = true;
    }

    /// Nothing is known beyond `now`.
    pub(crate) fn ends_with(&mut self, now: DateTime<Utc>) {
        self.moment = Some(now);
    }

    /// Something still holds at `moment`, and no longer after it.
    pub(crate) fn ends_after(&mut self, moment: DateTime<Utc>, now: DateTime<Utc>) {
        let after = moment.checked_add_signed(chrono::TimeDelta::nanoseconds(1));
        self.begins(after.unwrap_or(moment), now);
    }

    /// Whatever of both comes first.
    pub(crate) fn and(&mut self, other: Self) {
        if let Some(moment) = other.moment {
            self.moment = Some(self.moment.map_or(moment, |held| held.min(moment)));
        }
        self.hangs_on_activity |= other.hangs_on_activity;
    }

    /// When it is.
    pub(crate) fn moment(self) -> Option<DateTime<Utc>> {
        self.moment
    }

    /// With the decision that was taken meanwhile.
    pub(crate) fn answered(self, decision: Decision) -> Answered {
        Answered {
            decision,
            hangs_on_activity: self.hangs_on_activity,
        }
    }
}
