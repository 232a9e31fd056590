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
use crate::clock;
use crate::record::{self, RecordError};

/// Frames moved in one transaction: the more, the fewer times a page of an index is written for them.
const BATCH: usize = 1024;
/// Batches after which files that are in the tree are deleted.
const PRUNE_EVERY: usize = 16;
/// Below this many waiting bytes the work of moving leaves three quarters of a core to answering.
const UNHURRIED: u64 = 512 << 20;
/// How many times as long as a batch took is waited before the next.
const REST: u32 = 3;

impl House {
    /// Moves all that waits now, as fast as it goes.
    pub async fn drain(&self) -> Result<(), RecordError> {
        self.move_batches(|_| None).await
    }

    /// Moves all that waits, resting between batches while not much does: a burst of questions is
    /// answered first and moved after it.
    pub async fn drain_beside_answering(&self) -> Result<(), RecordError> {
        self.move_batches(|waiting| (waiting < UNHURRIED).then_some(REST))
            .await
    }

    async fn move_batches(&self, rest: impl Fn(u64) -> Option<u32>) -> Result<(), RecordError> {
        let mut drain = self.drain.lock().await;
        if drain.is_waiting()? {
            for batch in 1_usize.. {
                let start = clock::instant();
                let mut transaction = self.database.begin_write().await?;
                let drained = drain.batch(BATCH, &mut transaction).await?;
                self.alarm(&drained.damages, &mut transaction).await?;
                transaction.commit().await?;
                let waiting = drain.waiting_bytes()?;
                let is_last = drained.indices.end - drained.indices.start < BATCH as u64;
                // Once all is in the tree nothing waits, whatever files are still there.
                self.recorder.waits(if is_last { 0 } else { waiting });
                if is_last || batch.is_multiple_of(PRUNE_EVERY) {
                    let mut db = self.database.pool.acquire().await?;
                    drain.prune(&mut db).await?;
                }
                if is_last {
                    break;
                }
                if let Some(times) = rest(waiting) {
                    tokio::time::sleep(start.elapsed() * times).await;
                }
            }
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
