// SPDX-License-Identifier: Apache-2.0
//! Forgets what sign-in no longer needs, and what lies beside the record for longer than it is kept.

use authn::sweep;
use chrono::TimeDelta;
use countersign_audit as audit;
use countersign_authn as authn;
use countersign_directory::store::history;

use crate::app::House;

/// Sweeping did not work.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The rows could not be removed.
    #[error(transparent)]
    Store(#[from] authn::store::StoreError),
    /// The history of the world could not be cut.
    #[error(transparent)]
    History(#[from] countersign_directory::store::StoreError),
    /// Inputs beside the record could not be dropped.
    #[error(transparent)]
    Inputs(#[from] audit::store::StoreError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl House {
    /// Removes expired rows of sign-in, what is kept beside the record for too long, and
    /// earlier worlds that no search goes on in.
    pub async fn sweep(&self) -> Result<(), SweepError> {
        let mut transaction = self.database.begin_write().await?;
        let now = self.now();
        self.searches.forget(now);
        sweep::run(now, &mut transaction).await?;
        transaction.commit().await?;
        let kept = &self.config.record;
        let mut transaction = self.database.begin_write().await?;
        let before = now - TimeDelta::days(i64::from(kept.inputs_days));
        audit::store::leaves::forget_inputs(before, &mut transaction).await?;
        let before = now - TimeDelta::days(i64::from(kept.history_days));
        history::forget_before(before, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}
