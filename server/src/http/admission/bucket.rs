// SPDX-License-Identifier: Apache-2.0
//! A token bucket in one number: the moment at which all that was taken will have been earned (the generic
//! cell rate algorithm). No lock; who asks meets nobody but callers of the same bucket.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;

/// How fast a bucket fills, and how much it holds.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Nanoseconds that earn one unit; 0: there is no limit.
    each: u64,
    /// Nanoseconds that fill the bucket.
    full: u64,
}

impl Rate {
    /// So many units per second, and so many saved up. 0 per second: no limit.
    pub fn new(per_second: u32, burst: u32) -> Self {
        let each = SECOND.checked_div(u64::from(per_second)).unwrap_or(0);
        Self {
            each,
            full: each * u64::from(burst),
        }
    }
}

/// What one caller has left.
#[derive(Debug, Default)]
pub struct Bucket(AtomicU64);

impl Bucket {
    /// Takes `units` at `now`, steady time; or says how long to wait for them.
    pub fn take(&self, rate: Rate, units: u64, now: Duration) -> Result<(), Duration> {
        if rate.each == 0 {
            return Ok(());
        }
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let cost = rate.each.saturating_mul(units);
        let mut earned = self.0.load(Ordering::Relaxed);
        loop {
            let then = earned.max(now).saturating_add(cost);
            let too_much = then.saturating_sub(now.saturating_add(rate.full));
            if too_much > 0 {
                return Err(Duration::from_nanos(too_much));
            }
            let taken = self
                .0
                .compare_exchange_weak(earned, then, Ordering::Relaxed, Ordering::Relaxed);
            match taken {
                Ok(_) => return Ok(()),
                Err(other) => earned = other,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_burst_is_given_and_then_what_was_earned() {
        let (bucket, rate) = (Bucket::default(), Rate::new(10, 3));
        for _ in 0..3 {
            assert_eq!(bucket.take(rate, 1, at(5_000)), Ok(()));
        }
        assert_eq!(bucket.take(rate, 1, at(5_000)), Err(at(100)));
        assert_eq!(bucket.take(rate, 1, at(5_099)), Err(at(1)));
        assert_eq!(bucket.take(rate, 1, at(5_100)), Ok(()));
        assert_eq!(bucket.take(rate, 1, at(5_100)), Err(at(100)));
    }

    #[test]
    fn many_units_are_taken_whole_or_not_at_all() {
        let (bucket, rate) = (Bucket::default(), Rate::new(10, 10));
        assert_eq!(bucket.take(rate, 11, at(0)), Err(at(100)));
        assert_eq!(bucket.take(rate, 10, at(0)), Ok(()));
        assert_eq!(bucket.take(rate, 5, at(400)), Err(at(100)));
        assert_eq!(bucket.take(rate, 4, at(400)), Ok(()));
    }

    #[test]
    fn no_more_is_saved_up_than_it_holds() {
        let (bucket, rate) = (Bucket::default(), Rate::new(10, 2));
        assert_eq!(bucket.take(rate, 2, at(3_600_000)), Ok(()));
        assert!(bucket.take(rate, 1, at(3_600_000)).is_err());
    }

    #[test]
    fn without_a_rate_nothing_is_counted() {
        let (bucket, rate) = (Bucket::default(), Rate::new(0, 1));
        for _ in 0..1_000 {
            assert_eq!(bucket.take(rate, u64::MAX, at(0)), Ok(()));
        }
    }

    #[test]
    fn threads_together_take_no_more_than_it_holds() {
        let (bucket, rate) = (Bucket::default(), Rate::new(1, 1_000));
        let taken: usize = std::thread::scope(|scope| {
            let take = || (0..1_000).filter(|_| bucket.take(rate, 1, at(0)).is_ok()).count();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 1_000);
    }
}
