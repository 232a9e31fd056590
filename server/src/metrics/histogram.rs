// SPDX-License-Identifier: Apache-2.0
//! How long something takes, in buckets that are one atomic number each: noting a duration takes no lock,
//! whoever else notes one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets, in microseconds: from a remembered answer to what nobody waits for.
const BOUNDS: [u64; 16] = [
    2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 1_000_000, 10_000_000,
];

/// Durations.
#[derive(Debug, Default)]
pub struct Histogram {
    within: [AtomicU64; BOUNDS.len()],
    beyond: AtomicU64,
    sum_ns: AtomicU64,
}

/// What a histogram held at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Upper bound in seconds, and how many are within it and not within an earlier one.
    pub buckets: Vec<(f64, u64)>,
    /// How many there were.
    pub count: u64,
    /// Seconds, all together.
    pub sum: f64,
}

impl Histogram {
    /// Notes one.
    pub fn note(&self, took: Duration) {
        let us = took.as_micros();
        let place = BOUNDS.iter().position(|bound| us <= u128::from(*bound));
        let bucket = place.and_then(|place| self.within.get(place));
        bucket.unwrap_or(&self.beyond).fetch_add(1, Ordering::Relaxed);
        let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.sum_ns.fetch_add(ns, Ordering::Relaxed);
    }

    /// What it holds now.
    pub fn held(&self) -> Held {
        let counts = self.within.iter().chain([&self.beyond]);
        let counts: Vec<u64> = counts.map(|count| count.load(Ordering::Relaxed)).collect();
        let bounds = BOUNDS.iter().map(|us| Duration::from_micros(*us).as_secs_f64());
        Held {
            count: counts.iter().sum(),
            sum: Duration::from_nanos(self.sum_ns.load(Ordering::Relaxed)).as_secs_f64(),
            buckets: bounds.chain([f64::INFINITY]).zip(counts).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_within_the_first_bound_that_is_not_below_it() {
        let histogram = Histogram::default();
        for us in [0, 2, 3, 20_000_000] {
            histogram.note(Duration::from_micros(us));
        }
        let held = histogram.held();
        assert_eq!(held.count, 4);
        assert_eq!(held.buckets[0], (0.000_002, 2));
        assert_eq!(held.buckets[1], (0.000_005, 1));
        assert_eq!(held.buckets[16], (f64::INFINITY, 1));
        assert!((held.sum - 20.000_005).abs() < 1e-9);
    }
}
