// SPDX-License-Identifier: Apache-2.0
//! The one place that reads the clock.
//!
//! Time only moves forward here: `now` is the later of the system clock and the newest time this
//! process has handed out, so that a clock set back cannot revive what has expired.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A source of the current time. Cloning shares the source.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
    newest_ms: Arc<AtomicI64>,
    began: Instant,
}

#[derive(Clone, Debug)]
enum Source {
    /// The machine's clock, off by so many milliseconds; by none but in tests.
    System(i64),
    Turned(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self {
            source: Source::System(0),
            newest_ms: Arc::default(),
            began: instant(),
        }
    }

    /// The machine's clock, as if it went wrong by so much; for tests.
    pub fn system_off_by(wrong: TimeDelta) -> Self {
        Self {
            source: Source::System(wrong.num_milliseconds()),
            newest_ms: Arc::default(),
            began: instant(),
        }
    }

    /// Whether it goes by itself, as the clocks of other machines do.
    pub fn runs(&self) -> bool {
        matches!(self.source, Source::System(_))
    }

    /// A clock that stands still until it is turned; for tests.
    pub fn turned_by_hand(at: DateTime<Utc>) -> Self {
        let at = Arc::new(AtomicI64::new(at.timestamp_millis()));
        Self {
            source: Source::Turned(at),
            newest_ms: Arc::default(),
            began: instant(),
        }
    }

    /// The current time, in milliseconds precision, never earlier than a time handed out before.
    pub fn now(&self) -> DateTime<Utc> {
        let reading = match &self.source {
            Source::System(wrong) => system_ms() + wrong,
            Source::Turned(at) => at.load(Ordering::SeqCst),
        };
        let newest = self.newest_ms.fetch_max(reading, Ordering::SeqCst).max(reading);
        DateTime::from_timestamp_millis(newest).unwrap_or_default()
    }

    /// What the clock shows now, even if it was set back.
    pub fn shown(&self) -> DateTime<Utc> {
        let reading = match &self.source {
            Source::System(wrong) => system_ms() + wrong,
            Source::Turned(at) => at.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_millis(reading).unwrap_or_default()
    }

    /// Time that nobody can set, for what is measured and counted: since this clock was made, or as it was
    /// turned forward by hand.
    pub fn steady(&self) -> Duration {
        match &self.source {
            Source::System(_) => self.began.elapsed(),
            Source::Turned(_) => Duration::from_millis(self.now().timestamp_millis().unsigned_abs()),
        }
    }

    /// Raises the floor below which `now` never falls, e.g. to the newest recorded time at start.
    pub fn not_before(&self, recorded: DateTime<Utc>) {
        self.newest_ms
            .fetch_max(recorded.timestamp_millis(), Ordering::SeqCst);
    }

    /// Moves a clock that is turned by hand; the system clock ignores it.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Turned(at) = &self.source {
            at.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the house reads the clock"
)]
fn system_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// A monotonic instant for measuring durations, e.g. latencies.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the house reads the clock"
)]
pub fn instant() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_does_not_go_back() {
        let start = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let clock = Clock::turned_by_hand(start);
        assert_eq!(clock.now(), start);
        clock.advance(TimeDelta::seconds(-60));
        assert_eq!(clock.now(), start);
        clock.advance(TimeDelta::seconds(61));
        assert_eq!(clock.now(), start + TimeDelta::seconds(1));
    }
}
