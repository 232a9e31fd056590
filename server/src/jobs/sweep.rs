// SPDX-License-Identifier: Apache-2.0
//! Forgets what sign-in no longer needs.

use authn::sweep;
use countersign_authn as authn;

use crate::app::House;

/// Sweeping did not work.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The rows could not be removed.
    #[error(transparent)]
    Store(#[from] authn::store::StoreError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl House {
    /// Removes expired rows of sign-in.
    pub async fn sweep(&self) -> Result<(), SweepError> {
        let mut transaction = self.database.begin_write().await?;
        sweep::run(self.now(), &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}
