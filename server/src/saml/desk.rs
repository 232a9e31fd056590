// SPDX-License-Identifier: Apache-2.0
//! Signatures are verified one at a time, off the threads that answer, and only so many wait for it:
//! whoever sends much gets "busy", and everybody else's answers go on.

use authn::Happened;
use authn::saml::keys::{Keys, KeysError, NOTICE, Role, rotate};
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_directory::store::changes;
use tokio::sync::Semaphore;

use crate::app::House;
use crate::beside;
use crate::record::RecordError;

/// How many may wait for a verification, the one under way included.
static PLACES: Semaphore = Semaphore::const_new(32);

/// Too many wait already.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("too many SAML messages wait to be verified")]
pub struct Busy;

/// Does something that blocks, beside answering.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
    aside_within(&PLACES, work).await
}

async fn aside_within<T: Send + 'static>(
    places: &'static Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Busy> {
    let place = places.try_acquire().map_err(|_| Busy)?;
    // A panic in there is a defect, and no reason to end this thread, too.
    beside::holding(place, work).await.map_err(|_| Busy)
}

/// SAML cannot be spoken now.
#[derive(Debug, thiserror::Error)]
pub enum SamlFault {
    /// Too much at a time.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Our keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The store.
    #[error("the store cannot be used: {0}")]
    Sql(#[from] sqlx::Error),
    /// The directory's part of the store.
    #[error(transparent)]
    Directory(#[from] countersign_directory::store::StoreError),
    /// Sign-in's part of it.
    #[error(transparent)]
    Store(#[from] authn::store::StoreError),
    /// What waits for a browser.
    #[error(transparent)]
    Arrival(#[from] authn::upstream::saml::arrival::ArrivalError),
    /// A provider, its metadata or its settings.
    #[error("the provider cannot be spoken to: {0}")]
    Provider(String),
}

impl House {
    /// Our keys as a service provider, made when they are first needed, and followed by others in time.
    pub async fn saml_keys(&self) -> Result<Keys, SamlFault> {
        let role = Role::ServiceProvider;
        let now = self.now();
        let is_ready = |keys: &Keys| keys.signing(now).is_some() && !keys.is_rotation_due(now);
        let mut db = self.database.pool.acquire().await?;
        let keys = Keys::published(role, &self.sealer, now, &mut db).await?;
        drop(db);
        if is_ready(&keys) {
            return Ok(keys);
        }
        let mut rng = self.rng();
        let mut log = Happened::new();
        // One process at a time comes here; the others find what it made.
        let mut transaction = self.database.begin_write().await?;
        changes::lock(&mut transaction).await?;
        let name = &self.config.issuer;
        let mut keys = Keys::load(
            role,
            name,
            &self.sealer,
            now,
            &mut rng,
            &mut log,
            &mut transaction,
        )
        .await?;
        if keys.is_rotation_due(now) {
            rotate(
                role,
                name,
                NOTICE,
                &self.sealer,
                now,
                &mut rng,
                &mut log,
                &mut transaction,
            )
            .await?;
            keys = Keys::published(role, &self.sealer, now, &mut transaction).await?;
        }
        self.settle(&Actor::Operator, &log, now, transaction).await?;
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, RwLock};
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn whoever_hangs_up_gives_no_place_back_before_the_work_is_done() {
        static THREE: Semaphore = Semaphore::const_new(3);
        let begun = Arc::new(AtomicUsize::new(0));
        let door = Arc::new(RwLock::new(()));
        let work = || {
            let (begun, door) = (Arc::clone(&begun), Arc::clone(&door));
            move || {
                begun.fetch_add(1, Ordering::SeqCst);
                drop(door.read().unwrap());
            }
        };
        let shut = door.write().unwrap();
        let mut refused = 0;
        for _ in 0..20 {
            // It has begun, or it is refused; then the one who asked is gone.
            match aside_within(&THREE, work()).now_or_never() {
                Some(Err(Busy)) => refused += 1,
                other => assert!(other.is_none(), "{other:?}"),
            }
        }
        assert_eq!(refused, 17);
        drop(shut);
        while THREE.available_permits() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(begun.load(Ordering::SeqCst), 3);
        assert!(aside_within(&THREE, work()).await.is_ok());
    }
}
