// SPDX-License-Identifier: Apache-2.0
//! Messages that anybody can send in a source's name and that are refused. Each is counted; of those of one source and
//! minute one goes on record at once, the others with it as a number once the minute is over. So a stranger who sends
//! nonsense is seen, and does not fill the record.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::SourceId;

/// How long one stands for those that follow.
const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// What was refused, by source.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    of: Mutex<BTreeMap<SourceId, Counts>>,
}

#[derive(Clone, Debug)]
struct Counts {
    /// Since the start.
    all: u64,
    /// When the latest went on record.
    recorded_at: DateTime<Utc>,
    /// How many since then did not.
    more: u64,
}

impl Refusals {
    /// One more of a source that there is. Some: this one goes on record, and stands for so many before it as well;
    /// none: it was counted.
    pub(crate) fn note(&self, source: &SourceId, now: DateTime<Utc>) -> Option<u64> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(counts) = of.get_mut(source) else {
            let first = Counts {
                all: 1,
                recorded_at: now,
                more: 0,
            };
            of.insert(source.clone(), first);
            return Some(0);
        };
        counts.all = counts.all.saturating_add(1);
        if now < counts.recorded_at + WINDOW {
            counts.more = counts.more.saturating_add(1);
            return None;
        }
        counts.recorded_at = now;
        Some(std::mem::take(&mut counts.more))
    }

    /// How many of each source have yet to go on record, of minutes that are over. They count as recorded from now on.
    pub(crate) fn left(&self, now: DateTime<Utc>) -> Vec<(SourceId, u64)> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.iter_mut()
            .filter(|(_, counts)| counts.more > 0 && now >= counts.recorded_at + WINDOW)
            .map(|(source, counts)| {
                counts.recorded_at = now;
                (source.clone(), std::mem::take(&mut counts.more))
            })
            .collect()
    }

    /// How many there were since the start.
    pub(crate) fn counted(&self) -> Vec<(SourceId, u64)> {
        let of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.iter()
            .map(|(source, counts)| (source.clone(), counts.all))
            .collect()
    }

    /// Forgets those of sources that are no more.
    pub(crate) fn retain(&self, stays: impl Fn(&SourceId) -> bool) {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.retain(|source, _| stays(source));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_source_and_minute_goes_on_record_and_none_is_lost() {
        let refusals = Refusals::default();
        let (one, other): (SourceId, SourceId) = ("one".parse().unwrap(), "other".parse().unwrap());
        let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        let second = TimeDelta::seconds(1);
        assert_eq!(refusals.note(&one, now), Some(0));
        for _ in 0..1_000 {
            assert_eq!(refusals.note(&one, now + WINDOW - second), None);
        }
        assert_eq!(refusals.note(&other, now), Some(0), "each source by itself");
        assert!(refusals.left(now + WINDOW - second).is_empty());
        assert_eq!(refusals.note(&one, now + WINDOW), Some(1_000));
        assert_eq!(refusals.note(&one, now + WINDOW), None);
        assert_eq!(refusals.left(now + WINDOW + WINDOW), [(one.clone(), 1)]);
        assert!(refusals.left(now + WINDOW + WINDOW).is_empty());
        assert_eq!(refusals.counted(), [(one.clone(), 1_003), (other, 1)]);
        refusals.retain(|source| *source == one);
        assert_eq!(refusals.counted().len(), 1);
    }
}
