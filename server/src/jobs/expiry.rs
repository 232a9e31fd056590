// SPDX-License-Identifier: Apache-2.0
//! What time alone does: clearances that run out or begin become changes, so that chat servers hear
//! of them. Decisions test validity themselves and never wait for this.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::store::{changes, clearances};
use countersign_directory::{Change, Noun};

use crate::app::House;
use crate::record::RecordError;

/// At start, look back this far: what ran out while nobody was here is noted again, harmlessly.
const LOOK_BACK: TimeDelta = TimeDelta::hours(1);

impl House {
    /// Notes what ran out or began since the last call.
    pub async fn note_expiries(&self) -> Result<(), RecordError> {
        let mut noted = self.expiries_noted.lock().await;
        let to = whole_second(self.now() - TimeDelta::seconds(1));
        let from = noted.unwrap_or(to - LOOK_BACK);
        if to <= from {
            return Ok(());
        }
        let mut transaction = self.database.begin_write().await?;
        let found = clearances::ending_between(from, to, &mut transaction).await?;
        if found.is_empty() {
            transaction.rollback().await?;
        } else {
            let told: Vec<Change> = found
                .iter()
                .map(|(person, kind)| Change::new(Noun::Person, person.as_str(), *kind))
                .collect();
            changes::record(&told, self.now(), &mut transaction).await?;
            self.commit(transaction).await?;
        }
        *noted = Some(to);
        Ok(())
    }
}

fn whole_second(moment: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(moment.timestamp(), 0).unwrap_or(moment)
}
