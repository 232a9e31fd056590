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
/// The least length of a password that is the only factor.
pub const SHORTEST_ALONE: usize = 15;
/// Words of the context shorter than this are in too many good passwords.
const SHORTEST_WORD: usize = 4;
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
    #[error("a password has at least {0} characters")]
    Short(usize),
    /// It contains her name, or that of the service or of where she works.
    #[error("a password must not contain your name, nor the name of this service or of where you work")]
    Telling,
}

/// What stands beside a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// A second factor.
    SecondFactor,
}

/// The outcome of a check. Only [`Hasher::verify`] makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    is_right: bool,
    is_outdated: bool,
}

impl Verdict {
    /// Whether the password was right.
    pub fn is_right(&self) -> bool {
        self.is_right
    }

    /// Whether it was right and its hash is of another cost than new ones: it is to be hashed anew.
    pub fn is_outdated(&self) -> bool {
        self.is_right && self.is_outdated
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
        let fits = hash
            .as_ref()
            .is_ok_and(|hash| self.argon2.verify_password(&self.keyed(password), hash).is_ok());
        let now = self.argon2.params();
        let is_outdated = hash.is_ok_and(|hash| {
            let was = Params::try_from(&hash);
            was.is_ok_and(|was| {
                (was.m_cost(), was.t_cost(), was.p_cost()) != (now.m_cost(), now.t_cost(), now.p_cost())
            })
        });
        Verdict {
            is_right: fits && stored.is_some(),
            is_outdated,
        }
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

/// Checks a new password against the rules (NIST SP 800-63B-4, 3.1.1.2): length in code points after
/// NFC, no composition rules, the whole password against a blocklist, and no words of the context:
/// `context` holds names, of which each word counts.
pub fn acceptable(password: &SecretString, beside: Beside, context: &[&str]) -> Result<(), PolicyError> {
    let text = password.expose_secret();
    if text.chars().any(char::is_control) {
        return Err(PolicyError::Control);
    }
    let length = text.nfc().count();
    let least = match beside {
        Beside::Nothing => SHORTEST_ALONE,
        Beside::SecondFactor => SHORTEST,
    };
    if length < least {
        return Err(PolicyError::Short(least));
    }
    if length > LONGEST {
        return Err(PolicyError::Long);
    }
    let folded = text.nfc().collect::<String>().to_lowercase();
    let mut words = context
        .iter()
        .flat_map(|names| names.split(|c: char| !c.is_alphanumeric()))
        .map(|word| word.nfc().collect::<String>().to_lowercase())
        .filter(|word| word.chars().count() >= SHORTEST_WORD);
    if folded.contains("countersign") || words.any(|word| folded.contains(&word)) {
        return Err(PolicyError::Telling);
    }
    let first = text.chars().next();
    let same = text.chars().all(|c| Some(c) == first);
    if same || COMMON.lines().any(|common| common == folded) {
        return Err(PolicyError::Common);
    }
    Ok(())
}

/// Sorted, folded, of 8 characters and more; lines that begin with `# ` say where they come from.
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
    fn a_hash_of_another_cost_is_right_and_outdated() {
        let right = SecretString::from("correct horse battery");
        let stored = hasher().hash(&right, &mut rng()).unwrap();
        assert!(!hasher().verify(&right, Some(&stored)).is_outdated());
        let cost = Cost {
            memory_kib: 128,
            passes: 1,
            lanes: 1,
        };
        let dearer = Hasher::new(cost, &Sealer::new(&[7; 32]).unwrap(), &mut rng()).unwrap();
        let verdict = dearer.verify(&right, Some(&stored));
        assert!(verdict.is_right() && verdict.is_outdated());
        let wrong = SecretString::from("wrong horse battery");
        assert!(!dearer.verify(&wrong, Some(&stored)).is_outdated());
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
        let context = ["alice", "Alice Möller", "Allied Chat", "bnd"];
        let judge = |text: &str| acceptable(&SecretString::from(text), Beside::SecondFactor, &context);
        assert_eq!(judge("çççéééü1"), Ok(()));
        assert_eq!(judge("1234567"), Err(PolicyError::Short(8)));
        // Seven letters, however they are typed.
        assert_eq!(judge("e\u{301}e\u{301}e\u{301}1234"), Err(PolicyError::Short(8)));
        assert_eq!(judge("I chat with allied friends"), Err(PolicyError::Telling));
        assert_eq!(judge("mo\u{308}ller und Sohn"), Err(PolicyError::Telling));
        assert_eq!(judge("the bnd is a short word"), Ok(()));
        let alone = |text: &str| acceptable(&SecretString::from(text), Beside::Nothing, &context);
        assert_eq!(alone("fourteen chars"), Err(PolicyError::Short(15)));
        assert_eq!(alone("fifteen chars !"), Ok(()));
        assert_eq!(judge("Password1"), Err(PolicyError::Common));
        assert_eq!(judge("aaaaaaaaaaaa"), Err(PolicyError::Common));
        assert_eq!(judge("my name is Alice"), Err(PolicyError::Telling));
        assert_eq!(judge(&"ab".repeat(128)), Ok(()));
        assert_eq!(judge(&"ab".repeat(129)), Err(PolicyError::Long));
        assert_eq!(judge("tab\tstop words"), Err(PolicyError::Control));
    }
}
