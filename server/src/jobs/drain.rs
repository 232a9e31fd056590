// SPDX-License-Identifier: Apache-2.0
//! Moves decisions from the local journal into the tree, in batches, each exactly once, and what waited
//! because the journal could not be written.

use audit::journal::Damage;
use audit::store::epochs;
use countersign_audit as audit;
use countersign_directory::{Actor, Event};
use serde_json::json;
use sqlx::AnyConnection;

use crate::app::House;
use crate::record::{self, RecordError};

/// Frames moved in one transaction.
const BATCH: usize = 512;

impl House {
    /// Moves all that waits now.
    pub async fn drain(&self) -> Result<(), RecordError> {
        let mut drain = self.drain.lock().await;
        if drain.is_waiting()? {
            loop {
                let mut transaction = self.database.begin_write().await?;
                let drained = drain.batch(BATCH, &mut transaction).await?;
                self.alarm(&drained.damages, &mut transaction).await?;
                transaction.commit().await?;
                if drained.indices.end - drained.indices.start < BATCH as u64 {
                    break;
                }
            }
            let mut db = self.database.pool.acquire().await?;
            drain.prune(&mut db).await?;
        }
        if self.recorder.must_recover() {
            let mut db = self.database.pool.acquire().await?;
            self.recorder.recover(self.now(), &mut db).await?;
        }
        Ok(())
    }

    /// Each place once in the log and on record, however often it is met.
    async fn alarm(&self, damages: &[Damage], db: &mut AnyConnection) -> Result<(), RecordError> {
        for damage in damages {
            if epochs::alarm(damage, self.now(), &mut *db).await? {
                tracing::error!(%damage, "a journal does not fit: decisions may be missing from the record");
                let what = json!({ "epoch": damage.epoch, "frame": damage.sequence, "what": damage.why });
                let event = Event::new("record.journal_damaged", damage.process.as_str(), what);
                record::append(&Actor::Operator, &[event], self.now(), &mut *db).await?;
                self.alarms.damages(1);
            }
        }
        Ok(())
    }
}
