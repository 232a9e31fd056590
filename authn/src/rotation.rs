// SPDX-License-Identifier: Apache-2.0
//! How keys of ours follow each other: a successor is published before it signs, so that everybody has read of
//! it by then, and the one before stays published until nothing that it signed is read any more.

use chrono::{DateTime, TimeDelta, Utc};

/// From when until when a key is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Term {
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// From when it signs.
    pub use_from: DateTime<Utc>,
    /// From when it is gone; absent, nobody has replaced it.
    pub gone_at: Option<DateTime<Utc>>,
}

impl Term {
    /// Of the first of its kind: nobody knows another, so it signs at once.
    pub fn first(now: DateTime<Utc>) -> Self {
        Self::successor(TimeDelta::zero(), now)
    }

    /// Of one that signs after `notice`.
    pub fn successor(notice: TimeDelta, now: DateTime<Utc>) -> Self {
        Self {
            published_at: now,
            use_from: now + notice,
            gone_at: None,
        }
    }

    /// Whether it is published.
    pub fn is_shown(&self, now: DateTime<Utc>) -> bool {
        self.gone_at.is_none_or(|gone| now < gone)
    }
}

/// When those before a successor go that signs after `notice`. Without any, in an emergency, at once: what
/// they signed is not to be believed.
pub fn end_of_those_before(notice: TimeDelta, overlap: TimeDelta, now: DateTime<Utc>) -> DateTime<Utc> {
    if notice.is_zero() {
        now
    } else {
        now + notice + overlap
    }
}

/// The key that signs now: the newest whose time has come.
pub fn in_use<'a, K>(
    keys: impl IntoIterator<Item = &'a K>,
    term: impl Fn(&K) -> Term,
    now: DateTime<Utc>,
) -> Option<&'a K> {
    keys.into_iter()
        .filter(|key| term(key).use_from <= now)
        .max_by_key(|key| term(key).use_from)
}

/// When the newest was published; none where there is none.
pub fn newest(terms: impl IntoIterator<Item = Term>) -> Option<DateTime<Utc>> {
    terms.into_iter().map(|term| term.published_at).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    #[test]
    fn a_successor_is_shown_before_it_signs_and_the_one_before_until_after() {
        let (notice, overlap) = (TimeDelta::days(7), TimeDelta::days(3));
        let mut old = Term::first(noon());
        let later = noon() + TimeDelta::days(100);
        let new = Term::successor(notice, later);
        old.gone_at = Some(end_of_those_before(notice, overlap, later));
        let keys = [old, new];
        let signs = |at| in_use(&keys, |key| *key, at);
        assert_eq!(signs(later), Some(&old));
        assert_eq!(signs(later + notice - TimeDelta::seconds(1)), Some(&old));
        assert_eq!(signs(later + notice), Some(&new));
        assert!(new.is_shown(later));
        assert!(old.is_shown(later + notice + overlap - TimeDelta::seconds(1)));
        assert!(!old.is_shown(later + notice + overlap));
        assert_eq!(newest(keys), Some(later));
        assert_eq!(newest([]), None);
    }

    #[test]
    fn in_an_emergency_nothing_overlaps() {
        assert_eq!(
            end_of_those_before(TimeDelta::zero(), TimeDelta::days(3), noon()),
            noon()
        );
    }
}
