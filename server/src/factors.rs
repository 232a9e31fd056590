// SPDX-License-Identifier: Apache-2.0
//! What checks passwords and passkeys. Password hashing is slow on purpose: it runs on threads of
//! its own, so many at a time and no more, so that a flood of guesses starves nothing else.

use authn::factor::passkey::Passkeys;
use authn::factor::password::{Cost, HashError, Hasher, Verdict};
use authn::secret::Sealer;
use countersign_authn as authn;
use rand::CryptoRng;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::config::Config;

/// Hashes at one time.
const AT_A_TIME: usize = 2;

/// The checkers.
#[derive(Debug)]
pub struct Factors {
    /// Checks passkeys.
    pub passkeys: Passkeys,
    hasher: Hasher,
    turns: Semaphore,
}

/// The factors cannot be set up or used.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// The issuer has no host that passkeys could be bound to.
    #[error("`issuer` has no host that passkeys can be bound to")]
    Issuer,
    /// A hash cannot be computed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The thread that hashed is gone.
    #[error("the password could not be checked")]
    Thread,
}

impl Factors {
    /// Checkers for this deployment.
    pub fn new(config: &Config, sealer: &Sealer, rng: &mut impl CryptoRng) -> Result<Self, FactorError> {
        let cost = Cost {
            memory_kib: config.login.argon2_memory_kib,
            passes: config.login.argon2_passes,
            ..Cost::default()
        };
        let origin = url::Url::parse(&config.issuer).map_err(|_| FactorError::Issuer)?;
        Ok(Self {
            passkeys: Passkeys::new(&config.login.deployment, &origin).ok_or(FactorError::Issuer)?,
            hasher: Hasher::new(cost, sealer, rng)?,
            turns: Semaphore::new(AT_A_TIME),
        })
    }

    /// Checks a password against the stored hash, if there is one.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<Verdict, FactorError> {
        let _turn = self.turns.acquire().await.map_err(|_| FactorError::Thread)?;
        let hasher = self.hasher.clone();
        tokio::task::spawn_blocking(move || hasher.verify(&password, stored.as_deref()))
            .await
            .map_err(|_| FactorError::Thread)
    }

    /// Hashes a new password.
    pub async fn hash(
        &self,
        password: SecretString,
        mut rng: impl CryptoRng + Send + 'static,
    ) -> Result<String, FactorError> {
        let _turn = self.turns.acquire().await.map_err(|_| FactorError::Thread)?;
        let hasher = self.hasher.clone();
        tokio::task::spawn_blocking(move || hasher.hash(&password, &mut rng))
            .await
            .map_err(|_| FactorError::Thread)?
            .map_err(FactorError::from)
    }
}
