// SPDX-License-Identifier: Apache-2.0
//! Notices when somebody sets the clock. Set back, time stands still for decisions until the clock has
//! caught up; set forward, it has skipped something. Either goes on record.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::{Actor, Event};
use serde_json::json;

use crate::app::House;
use crate::record::{self, RecordError};

/// Less than this is how clocks are kept right.
const JUMP: TimeDelta = TimeDelta::seconds(5);

/// What the clock showed, and the steady time then.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The clock.
    pub clock: DateTime<Utc>,
    /// Steady time since the process began.
    pub steady: TimeDelta,
}

impl House {
    /// Holds the clock against steady time since the last look.
    pub async fn watch_clock(&self, now: Reading) -> Result<(), RecordError> {
        let mut last = self.clock_seen.lock().await;
        let before = last.replace(now);
        let Some(before) = before else { return Ok(()) };
        let jump = (now.clock - before.clock) - (now.steady - before.steady);
        if jump.abs() < JUMP {
            return Ok(());
        }
        let jumped_ms = jump.num_milliseconds();
        tracing::error!(
            jumped_ms,
            "the clock was set; decisions go by the latest time that was seen"
        );
        let event = Event::new("clock.jumped", "clock", json!({ "milliseconds": jumped_ms }));
        let mut transaction = self.database.begin_write().await?;
        record::append(&Actor::Operator, &[event], self.now(), &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}
