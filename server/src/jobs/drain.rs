// SPDX-License-Identifier: Apache-2.0
//! Moves decisions from the local journal into the tree, in batches, each exactly once.

use crate::app::House;
use crate::record::RecordError;

/// Frames moved in one transaction.
const BATCH: usize = 512;

impl House {
    /// Moves all that waits now.
    pub async fn drain(&self) -> Result<(), RecordError> {
        let mut drain = self.drain.lock().await;
        if !drain.is_waiting()? {
            return Ok(());
        }
        loop {
            let mut transaction = self.database.begin_write().await?;
            let drained = drain.batch(BATCH, &mut transaction).await?;
            transaction.commit().await?;
            for damage in &drained.damages {
                tracing::error!(damage = ?damage, "a journal does not fit: decisions may be missing from the record");
            }
            if drained.indices.end - drained.indices.start < BATCH as u64 {
                break;
            }
        }
        let mut db = self.database.pool.acquire().await?;
        drain.prune(&mut db).await?;
        Ok(())
    }
}
