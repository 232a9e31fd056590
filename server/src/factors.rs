// SPDX-License-Identifier: Apache-2.0
//! What checks passwords and passkeys. Password hashing is slow on purpose: it runs on threads of
//! its own, so many at a time and no more, so that a flood of guesses starves nothing else.

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

use crate::config::{Config, ConfigError};

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
