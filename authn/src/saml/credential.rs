// SPDX-License-Identifier: Apache-2.0
//! A key pair of ours with the certificate that peers know it by: RSA, or ECDSA on P-256.
//!
//! aws-lc draws the randomness of key generation and of signatures itself.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PrivateDecryptingKey};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::self_signed;
use super::sign::Algorithm;

/// How long our certificates say that they are good. Peers go by our metadata and not by this.
const VALIDITY: TimeDelta = TimeDelta::days(3650);

/// A credential cannot be made or used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CredentialError {
    /// The key is neither RSA nor ECDSA on P-256, or not a key.
    #[error("the key is neither RSA nor ECDSA on P-256, in PKCS #8")]
    Key,
    /// The certificate is for another key, or none.
    #[error("the certificate does not fit the key")]
    Certificate,
    /// The cryptographic library refused.
    #[error("the key cannot be used")]
    Library,
}

/// What kind of key to make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// ECDSA on P-256.
    Ecdsa,
    /// RSA of 2048 bits: every peer knows it, and it also decrypts.
    Rsa,
}

/// A key pair and its certificate.
pub struct Credential {
    pair: Pair,
    pkcs8: Zeroizing<Vec<u8>>,
    certificate: Vec<u8>,
}

pub(super) enum Pair {
    Ecdsa(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(redacted)")
    }
}

impl Credential {
    /// A new key with a certificate in that name.
    pub fn generate(
        kind: Kind,
        name: &str,
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, CredentialError> {
        let pkcs8 = match kind {
            Kind::Ecdsa => {
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                    .map_err(|_| CredentialError::Library)?
                    .as_ref()
                    .to_vec()
            }
            Kind::Rsa => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| CredentialError::Library)?;
                let der = pair.as_der().map_err(|_| CredentialError::Library)?;
                let der: &aws_lc_rs::encoding::Pkcs8V1Der<'_> = &der;
                der.as_ref().to_vec()
            }
        };
        let pkcs8 = Zeroizing::new(pkcs8);
        let pair = Pair::read(&pkcs8)?;
        let certificate = self_signed::certificate(&pair, name, now, now + VALIDITY, rng)?;
        Ok(Self {
            pair,
            pkcs8,
            certificate,
        })
    }

    /// A key of PKCS #8 and its certificate, both in DER.
    pub fn new(pkcs8: &[u8], certificate: &[u8]) -> Result<Self, CredentialError> {
        let pair = Pair::read(pkcs8)?;
        let credential = Self {
            pair,
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
            certificate: certificate.to_vec(),
        };
        let probe = b"does the certificate fit the key";
        let signature = credential.sign(probe)?;
        let fits = super::PeerKey::from_der(certificate)
            .is_ok_and(|peer| peer.made(credential.algorithm(), probe, &signature));
        if fits {
            Ok(credential)
        } else {
            Err(CredentialError::Certificate)
        }
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Ecdsa(_) => Algorithm::EcdsaSha256,
            Pair::Rsa(_) => Algorithm::RsaSha256,
        }
    }

    /// Signs; ECDSA as XML signatures write it.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CredentialError> {
        match &self.pair {
            Pair::Ecdsa(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| CredentialError::Library),
            Pair::Rsa(_) => self.pair.sign_asn1(message),
        }
    }

    /// The certificate, in DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The certificate as XML carries it.
    pub fn certificate_text(&self) -> String {
        STANDARD.encode(&self.certificate)
    }

    /// The key as it is sealed for the store.
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The same key, for decryption; only RSA can.
    pub(super) fn decrypting(&self) -> Option<PrivateDecryptingKey> {
        match self.pair {
            Pair::Rsa(_) => PrivateDecryptingKey::from_pkcs8(&self.pkcs8).ok(),
            Pair::Ecdsa(_) => None,
        }
    }
}

impl Pair {
    fn read(pkcs8: &[u8]) -> Result<Self, CredentialError> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(pkcs8) {
            return Ok(Self::Rsa(Box::new(pair)));
        }
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map(|pair| Self::Ecdsa(Box::new(pair)))
            .map_err(|_| CredentialError::Key)
    }

    /// Signs with SHA-256 as certificates want it.
    pub(super) fn sign_asn1(&self, message: &[u8]) -> Result<Vec<u8>, CredentialError> {
        let random = SystemRandom::new();
        match self {
            Self::Ecdsa(pair) => {
                let same = pair.to_pkcs8v1().map_err(|_| CredentialError::Library)?;
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, same.as_ref())
                    .map_err(|_| CredentialError::Library)?
                    .sign(&random, message)
                    .map(|signature| signature.as_ref().to_vec())
                    .map_err(|_| CredentialError::Library)
            }
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| CredentialError::Library)?;
                Ok(signature)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::PeerKey;
    use crate::testing::{noon, rng};

    #[test]
    fn a_credential_signs_what_its_certificate_verifies() {
        for kind in [Kind::Ecdsa, Kind::Rsa] {
            let made = Credential::generate(kind, "Countersign", noon(), &mut rng()).unwrap();
            let again = Credential::new(made.pkcs8(), made.certificate()).unwrap();
            let peer = PeerKey::from_der(again.certificate()).unwrap();
            assert!(peer.certificate().is_signed_by(peer.certificate()));
            let signature = again.sign(b"words").unwrap();
            assert!(peer.made(again.algorithm(), b"words", &signature));
            assert!(!peer.made(again.algorithm(), b"other words", &signature));
            let other = Credential::generate(kind, "Countersign", noon(), &mut rng()).unwrap();
            assert_eq!(
                Credential::new(made.pkcs8(), other.certificate()).unwrap_err(),
                CredentialError::Certificate
            );
            assert_eq!(format!("{made:?}"), "Credential(redacted)");
        }
        assert_eq!(Credential::new(b"no key", b"").unwrap_err(), CredentialError::Key);
    }
}
