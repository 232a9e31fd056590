// SPDX-License-Identifier: Apache-2.0
//! Passwords: Argon2id over a keyed hash whose key lives outside the database.
//!
//! Hashing is slow on purpose, so it never runs inside a transaction: server reads the stored hash,
//! calls [`Hasher::verify`] on a bounded pool, and hands the [`Verdict`] to the sign-in flow. For an
//! unknown person a dummy hash is computed, so that both take the same time.

use std::fmt;

use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use aws_lc_rs::hmac;
use rand::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use crate::secret::Sealer;

/// The least length beside a second factor, in code points.
pub const SHORTEST: usize = 8;
/// The greatest length, in code points.
pub const LONGEST: usize = 256;

/// The cost of a hash. Data, so that a deployment can raise it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            passes: 2,
            lanes: 1,
        }
    }
}

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// Others would try it first.
    #[error("this password is among those that attackers try first")]
    Common,
    /// It holds a control character.
    #[error("a password holds only characters that can be typed")]
    Control,
    /// Too long.
    #[error("a password has at most {LONGEST} characters")]
    Long,
    /// Too short.
    #[error("a password has at least {SHORTEST} characters")]
    Short,
    /// It contains the user name or the name of this service.
    #[error("a password must not contain your user name or the name of this service")]
    Telling,
}

/// The outcome of a check. Only [`Hasher::verify`] makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict(bool);

impl Verdict {
    /// Whether the password was right.
    pub fn is_right(&self) -> bool {
        self.0
    }
}

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password hash cannot be computed: {0}")]
pub struct HashError(String);

/// Hashes and checks passwords. Cloning shares it.
#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    pepper: hmac::Key,
    dummy: String,
}

impl Hasher {
    /// A hasher of this cost.
    pub fn new(cost: Cost, sealer: &Sealer, rng: &mut impl CryptoRng) -> Result<Self, HashError> {
        let parameters = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|error| HashError(error.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        let pepper = hmac::Key::new(hmac::HMAC_SHA256, &sealer.mac(b"pepper of passwords"));
        let mut hasher = Self {
            argon2,
            pepper,
            dummy: String::new(),
        };
        hasher.dummy = hasher.hash(&SecretString::from("nobody's password"), rng)?;
        Ok(hasher)
    }

    /// Hashes a password for the store, with a salt of 128 bits.
    pub fn hash(&self, password: &SecretString, rng: &mut impl CryptoRng) -> Result<String, HashError> {
        let mut salt = [0_u8; 16];
        rng.fill_bytes(&mut salt);
        let salt = SaltString::encode_b64(&salt).map_err(|error| HashError(error.to_string()))?;
        self.argon2
            .hash_password(&self.keyed(password), &salt)
            .map(|hash| hash.to_string())
            .map_err(|error| HashError(error.to_string()))
    }

    /// Checks a password against the stored hash, or against a dummy when there is none.
    pub fn verify(&self, password: &SecretString, stored: Option<&str>) -> Verdict {
        let hash = PasswordHash::new(stored.unwrap_or(&self.dummy));
        let fits = hash.is_ok_and(|hash| self.argon2.verify_password(&self.keyed(password), &hash).is_ok());
        Verdict(fits && stored.is_some())
    }

    fn keyed(&self, password: &SecretString) -> Vec<u8> {
        // NFC, so that one password typed on two keyboards is one password.
        let mut bytes: Vec<u8> = password.expose_secret().nfc().collect::<String>().into_bytes();
        let keyed = hmac::sign(&self.pepper, &bytes).as_ref().to_vec();
        zeroize::Zeroize::zeroize(&mut bytes);
        keyed
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher")
            .field("argon2", &self.argon2)
            .finish_non_exhaustive()
    }
}

/// Checks a new password against the rules (NIST SP 800-63B-4, 3.1.1.2): length in code points, no
/// composition rules, the whole password against a blocklist and against words of the context.
pub fn acceptable(password: &SecretString, person: &str) -> Result<(), PolicyError> {
    let text = password.expose_secret();
    let length = text.chars().count();
    if text.chars().any(char::is_control) {
        return Err(PolicyError::Control);
    }
    if length < SHORTEST {
        return Err(PolicyError::Short);
    }
    if length > LONGEST {
        return Err(PolicyError::Long);
    }
    let folded = text.to_lowercase();
    let name = person.to_lowercase();
    if folded.contains("countersign") || (name.len() >= 4 && folded.contains(&name)) {
        return Err(PolicyError::Telling);
    }
    let first = text.chars().next();
    let same = text.chars().all(|c| Some(c) == first);
    if same || COMMON.lines().any(|common| common == folded) {
        return Err(PolicyError::Common);
    }
    Ok(())
}

const COMMON: &str = include_str!("common_passwords.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    fn hasher() -> Hasher {
        let cost = Cost {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        };
        Hasher::new(cost, &Sealer::new(&[7; 32]).unwrap(), &mut rng()).unwrap()
    }

    #[test]
    fn only_the_right_password_fits_its_hash() {
        let hasher = hasher();
        let right = SecretString::from("correct horse battery");
        let stored = hasher.hash(&right, &mut rng()).unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(hasher.verify(&right, Some(&stored)).is_right());
        assert!(
            !hasher
                .verify(&SecretString::from("correct horse"), Some(&stored))
                .is_right()
        );
        assert!(!hasher.verify(&right, Some("not a hash")).is_right());
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let hasher = hasher();
        let stored = hasher
            .hash(&SecretString::from("caf\u{e9} am See"), &mut rng())
            .unwrap();
        assert!(
            hasher
                .verify(&SecretString::from("cafe\u{301} am See"), Some(&stored))
                .is_right()
        );
    }

    #[test]
    fn nobody_has_no_password_not_even_the_dummy() {
        let hasher = hasher();
        assert!(
            !hasher
                .verify(&SecretString::from("nobody's password"), None)
                .is_right()
        );
    }

    #[test]
    fn a_hash_is_worthless_under_another_key() {
        let right = SecretString::from("correct horse battery");
        let stored = hasher().hash(&right, &mut rng()).unwrap();
        let cost = Cost {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        };
        let other = Hasher::new(cost, &Sealer::new(&[8; 32]).unwrap(), &mut rng()).unwrap();
        assert!(!other.verify(&right, Some(&stored)).is_right());
    }

    #[test]
    fn new_passwords_are_judged_whole_and_by_length() {
        let judge = |text: &str| acceptable(&SecretString::from(text), "alice");
        assert_eq!(judge("çççéééü1"), Ok(()));
        assert_eq!(judge("1234567"), Err(PolicyError::Short));
        assert_eq!(judge("Password1"), Err(PolicyError::Common));
        assert_eq!(judge("aaaaaaaaaaaa"), Err(PolicyError::Common));
        assert_eq!(judge("my name is Alice"), Err(PolicyError::Telling));
        assert_eq!(judge(&"ab".repeat(128)), Ok(()));
        assert_eq!(judge(&"ab".repeat(129)), Err(PolicyError::Long));
        assert_eq!(judge("tab\tstop words"), Err(PolicyError::Control));
    }
}
