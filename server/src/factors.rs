// SPDX-License-Identifier: Apache-2.0
//! What checks passwords and passkeys. Password hashing is slow on purpose: it runs on threads of
//! its own, so many at a time and no more, so that a flood of guesses starves nothing else.

use std::sync::Arc;

use authn::factor::attestation::metadata::Signer;
use authn::factor::attestation::{Metadata, Trust};
use authn::factor::passkey::Passkeys;
use authn::factor::password::{Cost, HashError, Hasher, Verdict};
use authn::secret::Sealer;
use countersign_authn as authn;
use rand::CryptoRng;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::beside;
use crate::config::{Config, ConfigError};

/// Hashes at one time.
const AT_A_TIME: usize = 2;

/// The checkers.
#[derive(Debug)]
pub struct Factors {
    /// Checks passkeys.
    pub passkeys: Passkeys,
    hasher: Hasher,
    turns: Arc<Semaphore>,
}

/// The factors cannot be set up or used.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// The issuer has no host that passkeys could be bound to.
    #[error("`issuer` has no host that passkeys can be bound to")]
    Issuer,
    /// The rules on passkeys cannot be used.
    #[error(transparent)]
    Rules(#[from] ConfigError),
    /// A hash cannot be computed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The thread that hashed is gone.
    #[error("the password could not be checked")]
    Thread,
}

impl Factors {
    /// Checkers for this deployment.
    pub fn new(
        config: &Config,
        metadata: Option<Metadata>,
        sealer: &Sealer,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, FactorError> {
        // A root that cannot be read is told at the start, not at the next import.
        signer(config)?;
        let cost = Cost {
            memory_kib: config.login.argon2_memory_kib,
            passes: config.login.argon2_passes,
            ..Cost::default()
        };
        let origin = url::Url::parse(&config.issuer).map_err(|_| FactorError::Issuer)?;
        let passkeys = Passkeys::new(&config.login.deployment, &origin).ok_or(FactorError::Issuer)?;
        passkeys.trust(Trust {
            policy: config.passkeys.policy()?,
            metadata,
        });
        Ok(Self {
            passkeys,
            hasher: Hasher::new(cost, sealer, rng)?,
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
        })
    }

    /// Checks a password against the stored hash, if there is one.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<Verdict, FactorError> {
        let hasher = self.hasher.clone();
        self.in_turn(move || hasher.verify(&password, stored.as_deref()))
            .await
    }

    /// Hashes a new password.
    pub async fn hash(
        &self,
        password: SecretString,
        mut rng: impl CryptoRng + Send + 'static,
    ) -> Result<String, FactorError> {
        let hasher = self.hasher.clone();
        let outcome = self.in_turn(move || hasher.hash(&password, &mut rng)).await?;
        outcome.map_err(FactorError::from)
    }

    /// Does what is slow when its turn has come. The turn ends with the work.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, FactorError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| FactorError::Thread)?;
        beside::holding(turn, work).await.map_err(|_| FactorError::Thread)
    }
}

/// Whose metadata is believed; `None` when no root is configured.
pub fn signer(config: &Config) -> Result<Option<Signer>, ConfigError> {
    let Some(file) = &config.passkeys.metadata_root else {
        return Ok(None);
    };
    let fault = |message: String| ConfigError::Key {
        key: "passkeys.metadata_root".into(),
        message,
    };
    let roots = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| fault(format!("`{}` cannot be read: {cause}", file.display())))?;
    if roots.is_empty() {
        return Err(fault(format!("`{}` holds no certificate (PEM)", file.display())));
    }
    Ok(Some(Signer {
        roots: roots.iter().map(|root| root.as_ref().to_vec()).collect(),
        name: config.passkeys.metadata_signer.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[tokio::test]
    async fn a_guess_that_nobody_waits_for_keeps_its_turn_until_it_is_hashed() {
        let mut rng = StdRng::seed_from_u64(1);
        let sealer = Sealer::new(&[7; 32]).unwrap();
        let origin = url::Url::parse("https://id.example").unwrap();
        let factors = Factors {
            passkeys: Passkeys::new("Example", &origin).unwrap(),
            hasher: Hasher::new(Cost::default(), &sealer, &mut rng).unwrap(),
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
        };
        for _ in 0..50 {
            let guess = factors.verify("guess".into(), None);
            assert!(guess.now_or_never().is_none());
        }
        assert_eq!(factors.turns.available_permits(), 0, "both are at work still");
        while factors.turns.available_permits() < AT_A_TIME {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        factors.verify("guess".into(), None).await.unwrap();
    }
}
