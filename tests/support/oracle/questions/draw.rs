// SPDX-License-Identifier: Apache-2.0
//! Drawing from a world.

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

/// Moments at which something of the coalition world begins or ends.
const EDGES: [&str; 9] = [
    "2026-11-23T12:00:00Z",
    "2022-01-01T00:00:00Z",
    "2026-11-01T23:59:59Z",
    "2026-11-23T10:00:00Z",
    "2026-11-23T14:00:00Z",
    "2026-11-24T06:00:00Z",
    "2026-11-30T11:00:00Z",
    "2026-12-31T23:59:59Z",
    "2028-06-30T23:59:59Z",
];

#[derive(Debug)]
pub(super) struct Draw<'a> {
    pub(super) rng: StdRng,
    pub(super) world: &'a Value,
}

impl Draw<'_> {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.rng.random_range(0..bound)
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A sublist, each kept with a chance.
    pub(super) fn some(&mut self, choices: &[&str], percent: usize) -> Value {
        let kept: Vec<&str> = choices.iter().copied().filter(|_| self.chance(percent)).collect();
        json!(kept)
    }

    /// An id of a map; seldom one that it lacks.
    pub(super) fn id(&mut self, map: &str) -> String {
        if self.below(250) == 0 {
            return "ghost".to_owned();
        }
        let entries = self.world[map].as_object().expect("a map of the world");
        let at = self.rng.random_range(0..entries.len());
        entries.keys().nth(at).expect("within its length").clone()
    }

    /// A member of the channel, or anybody.
    pub(super) fn member(&mut self, channel: &str) -> String {
        let members = self.world["channels"][channel]["members"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if members.is_empty() {
            return self.id("users");
        }
        let at = self.below(members.len());
        members[at].as_str().expect("members are names").to_owned()
    }

    /// Mostly noon of the day, else the second before, on or after an edge.
    pub(super) fn moment(&mut self) -> String {
        if self.chance(60) {
            return EDGES[0].to_owned();
        }
        let edge = self.of(&EDGES[1..]);
        self.beside(edge, 0)
    }

    /// The second before, on or after `days` days from a moment.
    pub(super) fn beside(&mut self, moment: &str, days: i64) -> String {
        let moment: DateTime<Utc> = moment.parse().expect("a moment");
        let aside = TimeDelta::seconds(self.of(&[-1, 0, 1]));
        written(moment + TimeDelta::days(days) + aside)
    }

    /// A moment some time before or after another.
    pub(super) fn around(&mut self, moment: &str) -> String {
        let days = self.of(&[-400, -7, -1, 0, 0, 0, 1, 30, 700]);
        self.beside(moment, days)
    }
}

/// RFC 3339 in whole seconds.
pub(super) fn written(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
