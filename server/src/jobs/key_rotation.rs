// SPDX-License-Identifier: Apache-2.0
//! Publishes a successor of each signing key in time: clients learn of it before it signs.

use authn::Happened;
use authn::oidc::keys::{Algorithm, CACHE_TIME, KeyRing, SigningError, rotate};
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_directory::store::changes;

use crate::app::House;
use crate::record;

/// Rotation did not work.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// A key could not be made or kept.
    #[error(transparent)]
    Keys(#[from] SigningError),
    /// A key of SAML could not.
    #[error(transparent)]
    Saml(#[from] authn::saml::keys::KeysError),
    /// It could not be put on record.
    #[error(transparent)]
    Record(#[from] record::RecordError),
    /// Nobody can be kept from doing the same.
    #[error(transparent)]
    Directory(#[from] countersign_directory::store::StoreError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl House {
    /// Rotates the keys whose time has come.
    pub async fn rotate_keys(&self) -> Result<(), RotationError> {
        self.rotate_identity_provider().await?;
        let now = self.now();
        let due = |keys: &KeyRing| -> Vec<Algorithm> {
            let is_due = |kind: &Algorithm| keys.is_rotation_due(*kind, now);
            Algorithm::ALL.into_iter().filter(is_due).collect()
        };
        if due(&self.keys.load_full()).is_empty() {
            return Ok(());
        }
        let mut log = Happened::new();
        let mut transaction = self.database.begin_write().await?;
        // Another process may have done it a moment ago.
        changes::lock(&mut transaction).await?;
        let keys = KeyRing::published(&self.sealer, now, &mut transaction).await?;
        for kind in due(&keys) {
            let mut rng = self.rng();
            let sealer = &self.sealer;
            rotate(
                kind,
                CACHE_TIME,
                sealer,
                now,
                &mut rng,
                &mut log,
                &mut transaction,
            )
            .await?;
        }
        self.settle(&Actor::Operator, &log, now, transaction).await?;
        Ok(())
    }
}
