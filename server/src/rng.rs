// SPDX-License-Identifier: Apache-2.0
//! The one source of randomness: seeded by the operating system, lent out as parameters.

use std::sync::{Arc, Mutex, PoisonError};

use rand::SeedableRng;
use rand::rngs::{StdRng, SysRng};

/// Hands out cryptographic generators. Cloning shares the source.
#[derive(Clone, Debug)]
pub struct Randomness(Arc<Mutex<StdRng>>);

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system's random source failed: {0}")]
pub struct NoRandomness(rand::rngs::SysError);

impl Randomness {
    /// Seeds from the operating system.
    pub fn system() -> Result<Self, NoRandomness> {
        let seeded = StdRng::try_from_rng(&mut SysRng).map_err(NoRandomness)?;
        Ok(Self(Arc::new(Mutex::new(seeded))))
    }

    /// A repeatable source; for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A generator of its own for one operation, so that no lock is held across an await.
    pub fn rng(&self) -> StdRng {
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        StdRng::from_rng(&mut *source)
    }
}
