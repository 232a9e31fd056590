// SPDX-License-Identifier: Apache-2.0
//! Alarms about break-glass that nobody has looked at in time.

use countersign_directory::Actor;
use countersign_directory::operation::break_glass::{self, BreakGlassError};

use crate::app::House;
use crate::record::{self, RecordError};

/// The look did not work.
#[derive(Debug, thiserror::Error)]
pub enum ReviewsError {
    /// The directory did not answer.
    #[error(transparent)]
    BreakGlass(#[from] BreakGlassError),
    /// The record did not take it.
    #[error(transparent)]
    Audit(#[from] countersign_audit::store::StoreError),
    /// The record did not take it.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl House {
    /// Puts an alarm on record for each review that became overdue, once.
    pub async fn note_overdue_reviews(&self) -> Result<(), ReviewsError> {
        let now = self.now();
        let mut transaction = self.database.begin_write().await?;
        let events = break_glass::note_overdue(now, &mut transaction).await?;
        if events.is_empty() {
            transaction.rollback().await?;
            return Ok(());
        }
        for event in &events {
            tracing::error!(request = %event.subject, "a review of break-glass is overdue");
        }
        record::append(&Actor::Nobody, &events, now, &mut transaction).await?;
        self.commit(transaction).await?;
        Ok(())
    }
}
