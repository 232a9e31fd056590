// SPDX-License-Identifier: Apache-2.0
//! Earlier worlds, kept for the next pages of searches. A world shares with the next all that did not
//! change, so keeping one costs little; it is bounded all the same.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use countersign_authz::Snapshot;
use countersign_directory::{Revision, ServerId};

/// Worlds that are kept for one server.
const MOST: usize = 64;
/// How long one is kept after the last page about it.
const LASTS: TimeDelta = TimeDelta::minutes(5);

/// The worlds, by the server whose searches go on in them, the one used last at the end.
#[derive(Debug, Default)]
pub struct Kept(Mutex<BTreeMap<ServerId, VecDeque<World>>>);

#[derive(Debug)]
struct World {
    snapshot: Arc<Snapshot>,
    until: DateTime<Utc>,
}

impl Kept {
    /// Keeps `snapshot` for a search of `server` that goes on.
    pub fn keep(&self, server: &ServerId, snapshot: &Snapshot, now: DateTime<Utc>) {
        let mut all = self.all();
        let kept = all.entry(server.clone()).or_default();
        let known = kept.iter().position(|world| world.is_at(snapshot.revision()));
        let snapshot = match known.and_then(|at| kept.remove(at)) {
            Some(known) => known.snapshot,
            None => Arc::new(snapshot.apart()),
        };
        kept.push_back(World {
            snapshot,
            until: now + LASTS,
        });
        if kept.len() > MOST {
            kept.pop_front();
        }
    }

    /// The world at `revision`, if it is kept for `server`.
    pub fn find(&self, server: &ServerId, revision: Revision, now: DateTime<Utc>) -> Option<Arc<Snapshot>> {
        let all = self.all();
        let mut kept = all.get(server)?.iter();
        let world = kept.find(|world| world.is_at(revision) && now < world.until)?;
        Some(Arc::clone(&world.snapshot))
    }

    /// Lets go of what was kept for long enough.
    pub fn forget(&self, now: DateTime<Utc>) {
        self.all().retain(|_, kept| {
            kept.retain(|world| now < world.until);
            !kept.is_empty()
        });
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<ServerId, VecDeque<World>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    fn is_at(&self, revision: Revision) -> bool {
        self.snapshot.revision() == revision
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    fn world(revision: Revision) -> Snapshot {
        Snapshot::default().after([], revision)
    }

    #[test]
    fn a_world_is_kept_for_five_minutes_after_the_last_page_and_for_its_server_alone() {
        let kept = Kept::default();
        let (ours, other) = ("a".parse().unwrap(), "b".parse().unwrap());
        kept.keep(&ours, &world(7), at(0));
        kept.keep(&ours, &world(7), at(200));
        assert!(kept.find(&ours, 7, at(499)).is_some());
        assert!(kept.find(&ours, 7, at(500)).is_none());
        assert!(kept.find(&ours, 8, at(0)).is_none());
        assert!(kept.find(&other, 7, at(0)).is_none());
        kept.forget(at(499));
        assert!(kept.find(&ours, 7, at(0)).is_some());
        kept.forget(at(500));
        assert!(kept.all().is_empty());
    }

    #[test]
    fn of_more_worlds_than_are_kept_the_one_used_longest_ago_goes() {
        let kept = Kept::default();
        let server = "a".parse().unwrap();
        for revision in 1..=64 {
            kept.keep(&server, &world(revision), at(0));
        }
        kept.keep(&server, &world(1), at(1));
        kept.keep(&server, &world(65), at(1));
        assert!(kept.find(&server, 1, at(1)).is_some());
        assert!(kept.find(&server, 2, at(1)).is_none());
        assert!(kept.find(&server, 3, at(1)).is_some());
    }
}
