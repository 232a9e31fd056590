// SPDX-License-Identifier: Apache-2.0
//! The keys of our SAML identity provider: made when the first service provider, or the first
//! reader of our metadata, needs them, and kept in step with the store like those of OpenID.

use std::sync::Arc;

use authn::Happened;
use authn::saml::keys::{Keys, KeysError, NOTICE, Role, rotate};
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_directory::store::changes;
use sqlx::AnyConnection;

use crate::app::House;
use crate::http::fault::Fault;
use crate::jobs::key_rotation::RotationError;

impl House {
    /// The keys, made if there are none yet.
    pub async fn identity_provider(&self) -> Result<Arc<Keys>, Fault> {
        if let Some(keys) = self.idp_keys.load_full() {
            return Ok(keys);
        }
        let now = self.now();
        let mut log = Happened::new();
        // One process at a time comes here; the others find what it made.
        let mut db = self.database.begin_write().await?;
        changes::lock(&mut db).await?;
        Keys::load(
            Role::IdentityProvider,
            &self.config.issuer,
            &self.sealer,
            now,
            &mut self.rng(),
            &mut log,
            &mut db,
        )
        .await?;
        self.settle(&Actor::Operator, &log, now, db).await?;
        // What another process has done since is read with them; what it does from now on, the tail reads.
        let _still = self.tail.hold().await;
        let mut db = self.database.pool.acquire().await?;
        let keys = Arc::new(Keys::published(Role::IdentityProvider, &self.sealer, now, &mut db).await?);
        self.idp_keys.store(Some(Arc::clone(&keys)));
        Ok(keys)
    }

    /// Publishes a successor in time, if the keys are in use here.
    pub(crate) async fn rotate_identity_provider(&self) -> Result<(), RotationError> {
        let now = self.now();
        let is_due = self
            .idp_keys
            .load()
            .as_ref()
            .is_some_and(|keys| keys.is_rotation_due(now));
        if !is_due {
            return Ok(());
        }
        let (role, name) = (Role::IdentityProvider, &self.config.issuer);
        let mut log = Happened::new();
        let mut db = self.database.begin_write().await?;
        // Another process may have done it a moment ago.
        changes::lock(&mut db).await?;
        if Keys::published(role, &self.sealer, now, &mut db)
            .await?
            .is_rotation_due(now)
        {
            let mut rng = self.rng();
            rotate(role, name, NOTICE, &self.sealer, now, &mut rng, &mut log, &mut db).await?;
        }
        self.settle(&Actor::Operator, &log, now, db).await?;
        Ok(())
    }

    /// Reads them anew after a change, if they are in use here. The caller holds the tail.
    pub(crate) async fn reload_identity_provider(&self, db: &mut AnyConnection) -> Result<(), KeysError> {
        if self.idp_keys.load().is_some() {
            let keys = Keys::published(Role::IdentityProvider, &self.sealer, self.now(), db).await?;
            self.idp_keys.store(Some(Arc::new(keys)));
        }
        Ok(())
    }
}
