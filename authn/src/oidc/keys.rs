// SPDX-License-Identifier: Apache-2.0
//! Signing keys: a key is published one cache time before it signs, and stays published until the last token
//! that it signed has run out ([`crate::rotation`]). One `kid` per key, RS256 (which every
//! client knows), ES256 and EdDSA. Private halves are sealed at rest.
//!
//! aws-lc draws the randomness of key generation and of signatures itself.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::{Change, Noun};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use crate::happened::Happened;
use crate::rotation::{self, Term, end_of_those_before};
use crate::secret::{SealError, Sealer, sha256};
use crate::store::StoreError;
use crate::store::signing_keys::{self, KeyRow};

/// How long clients may keep our key set without asking again.
pub const CACHE_TIME: TimeDelta = TimeDelta::hours(1);
/// How long a replaced key stays published.
const OVERLAP: TimeDelta = TimeDelta::hours(25);
/// The age at which a key is replaced.
pub const LONGEST_USE: TimeDelta = TimeDelta::days(90);

/// What a key signs with.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037).
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA PKCS#1 v1.5 with SHA-256.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    /// Its registered name (RFC 7518).
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// Keys could not be made, opened or used.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// No key is in use for that algorithm.
    #[error("no signing key is in use")]
    NoKey,
    /// The cryptographic library refused.
    #[error("the signing key cannot be used")]
    Library,
    /// A stored key does not open.
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key that can sign.
#[derive(Debug)]
pub struct SigningKey {
    kid: String,
    pair: Pair,
    jwk: Value,
    term: Term,
}

#[derive(Debug)]
enum Pair {
    EdDsa(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

impl SigningKey {
    /// Its name.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::EdDsa(_) => Algorithm::EdDsa,
            Pair::Es256(_) => Algorithm::Es256,
            Pair::Rs256(_) => Algorithm::Rs256,
        }
    }

    pub(super) fn public(&self) -> &[u8] {
        match &self.pair {
            Pair::EdDsa(pair) => pair.public_key().as_ref(),
            Pair::Es256(pair) => pair.public_key().as_ref(),
            Pair::Rs256(pair) => pair.public_key().as_ref(),
        }
    }

    pub(super) fn sign(&self, input: &[u8]) -> Result<Vec<u8>, SigningError> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::EdDsa(pair) => Ok(pair.sign(input).as_ref().to_vec()),
            Pair::Es256(pair) => pair
                .sign(&random, input)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SigningError::Library),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, input, &mut signature)
                    .map_err(|_| SigningError::Library)?;
                Ok(signature)
            }
        }
    }
}

/// The published keys.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: Vec<SigningKey>,
}

impl KeyRing {
    /// Loads the published keys, making the first of each algorithm where there is none.
    pub async fn load(
        sealer: &Sealer,
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Self, SigningError> {
        let mut keys = Self::published(sealer, now, db).await?;
        for algorithm in Algorithm::ALL {
            if keys.in_use(algorithm, now).is_none() {
                let row = generate(algorithm, Term::first(now), sealer, rng)?;
                keep(&row, log, db).await?;
                keys.keys.push(open(row, sealer)?);
            }
        }
        Ok(keys)
    }

    /// Loads the published keys and makes none.
    pub async fn published(
        sealer: &Sealer,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<Self, SigningError> {
        let rows = signing_keys::published(now, db).await?;
        let keys = rows
            .into_iter()
            .map(|row| open(row, sealer))
            .collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// The key that signs now: the newest whose time has come.
    pub fn in_use(&self, algorithm: Algorithm, now: DateTime<Utc>) -> Option<&SigningKey> {
        rotation::in_use(self.of(algorithm), |key| key.term, now)
    }

    /// The key with this name.
    pub fn named(&self, kid: &str) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// The key set as clients read it (RFC 7517).
    pub fn document(&self, now: DateTime<Utc>) -> Value {
        let shown = self.keys.iter().filter(|key| key.term.is_shown(now));
        json!({ "keys": shown.map(|key| key.jwk.clone()).collect::<Vec<_>>() })
    }

    /// Whether a successor should be published: the newest key has been in use for [`LONGEST_USE`].
    pub fn is_rotation_due(&self, algorithm: Algorithm, now: DateTime<Utc>) -> bool {
        let newest = rotation::newest(self.of(algorithm).map(|key| key.term));
        newest.is_none_or(|published_at| now - published_at >= LONGEST_USE)
    }

    fn of(&self, algorithm: Algorithm) -> impl Iterator<Item = &SigningKey> {
        self.keys.iter().filter(move |key| key.algorithm() == algorithm)
    }
}

/// Publishes a successor that signs after `notice` (one [`CACHE_TIME`]; zero in an emergency), and
/// dates the end of the keys before it.
pub async fn rotate(
    algorithm: Algorithm,
    notice: TimeDelta,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), SigningError> {
    let end = end_of_those_before(notice, OVERLAP, now);
    for old in signing_keys::published(now, db).await? {
        if old.algorithm == algorithm {
            signing_keys::retire(&old.kid, end, db).await?;
        }
    }
    let row = generate(algorithm, Term::successor(notice, now), sealer, rng)?;
    keep(&row, log, db).await
}

pub(super) async fn keep(
    row: &KeyRow,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), SigningError> {
    signing_keys::insert(row, db).await?;
    let detail = json!({ "alg": row.algorithm.name(), "use_from": row.term.use_from });
    log.event("signing_key.published", row.kid.as_str(), detail);
    log.change(Change::put(Noun::SigningKey, row.kid.as_str()));
    Ok(())
}

pub(super) fn generate(
    algorithm: Algorithm,
    term: Term,
    sealer: &Sealer,
    rng: &mut impl CryptoRng,
) -> Result<KeyRow, SigningError> {
    let (private, mut jwk) = match algorithm {
        Algorithm::EdDsa => generate_eddsa()?,
        Algorithm::Es256 => generate_es256()?,
        Algorithm::Rs256 => generate_rs256()?,
    };
    // The members that a thumbprint covers are exactly those present now (RFC 7638).
    let thumbprint = sha256(jwk.to_string().as_bytes());
    let kid = URL_SAFE_NO_PAD.encode(thumbprint);
    if let Some(members) = jwk.as_object_mut() {
        members.insert("kid".into(), kid.clone().into());
        members.insert("alg".into(), algorithm.name().into());
        members.insert("use".into(), "sig".into());
    }
    let stored = sealer.seal(&purpose(&kid), &private, rng)?;
    Ok(KeyRow {
        kid,
        algorithm,
        sealed: stored,
        jwk,
        term,
    })
}

fn generate_eddsa() -> Result<(Vec<u8>, Value), SigningError> {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| SigningError::Library)?;
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| SigningError::Library)?;
    let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let jwk = json!({ "crv": "Ed25519", "kty": "OKP", "x": x });
    Ok((document.as_ref().to_vec(), jwk))
}

fn generate_es256() -> Result<(Vec<u8>, Value), SigningError> {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
        .map_err(|_| SigningError::Library)?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref())
        .map_err(|_| SigningError::Library)?;
    // An uncompressed point: 0x04, x, y (SEC 1, section 2.3.3).
    let point = pair.public_key().as_ref().get(1..).ok_or(SigningError::Library)?;
    let (x, y) = point.split_at_checked(32).ok_or(SigningError::Library)?;
    let jwk = json!({
        "crv": "P-256", "kty": "EC",
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
    });
    Ok((document.as_ref().to_vec(), jwk))
}

fn generate_rs256() -> Result<(Vec<u8>, Value), SigningError> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| SigningError::Library)?;
    let document = pair.as_der().map_err(|_| SigningError::Library)?;
    let public = pair.public_key();
    let jwk = json!({
        "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        "kty": "RSA",
        "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
    });
    let document: &aws_lc_rs::encoding::Pkcs8V1Der<'_> = &document;
    Ok((document.as_ref().to_vec(), jwk))
}

fn open(row: KeyRow, sealer: &Sealer) -> Result<SigningKey, SigningError> {
    let private = sealer.open(&purpose(&row.kid), &row.sealed)?;
    let pair = match row.algorithm {
        Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(&private)
            .map(Pair::EdDsa)
            .map_err(|_| SigningError::Library)?,
        Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &private)
            .map(Pair::Es256)
            .map_err(|_| SigningError::Library)?,
        Algorithm::Rs256 => RsaKeyPair::from_pkcs8(&private)
            .map(Pair::Rs256)
            .map_err(|_| SigningError::Library)?,
    };
    Ok(SigningKey {
        kid: row.kid,
        pair,
        jwk: row.jwk,
        term: row.term,
    })
}

fn purpose(kid: &str) -> String {
    format!("signing_key/{kid}")
}
