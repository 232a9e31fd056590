// SPDX-License-Identifier: Apache-2.0
//! Follows the list of authenticator models that any process brought into force, and raises an alarm
//! when a newer one is overdue.

use authn::store::{StoreError, metadata};
use countersign_authn as authn;
use countersign_directory::{Actor, Event};
use serde_json::json;

use crate::app::House;
use crate::record;

/// The list could not be followed.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The alarm could not be put on record.
    #[error(transparent)]
    Record(#[from] countersign_audit::store::StoreError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl House {
    /// Takes up a newer list, and notes once that one is overdue.
    pub async fn follow_models(&self) -> Result<(), ModelsError> {
        let mut trust = self.factors.passkeys.trusted().as_ref().clone();
        {
            let mut db = self.database.pool.acquire().await?;
            let serial = metadata::serial(&mut db).await?;
            if serial != trust.metadata.as_ref().map(|list| list.serial) {
                trust.metadata = metadata::load(&mut db).await?;
                self.factors.passkeys.trust(trust.clone());
            }
        }
        let now = self.now();
        let late = trust.metadata.filter(|list| list.is_late(now));
        self.alarms.models_late(late.is_some());
        let Some(late) = late else { return Ok(()) };
        let mut transaction = self.database.begin_write().await?;
        if metadata::note_late(&mut transaction).await? {
            tracing::error!(serial = late.serial, due = %late.next_update, "the passkey metadata is past its date: import a newer file");
            let detail = json!({ "serial": late.serial, "next_update": late.next_update });
            let event = Event::new("passkey_metadata.late", "fido", detail);
            record::append(&Actor::Operator, &[event], now, &mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
