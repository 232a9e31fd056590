// SPDX-License-Identifier: Apache-2.0
//! Security codes of a code generator (RFC 6238): six digits, SHA-1 as apps expect or SHA-256, a step
//! of 30 seconds, one step either side. A step is accepted once, by compare-and-set in SQL, so a code seen
//! over a shoulder is worthless, also on another process and also at the same moment.
//!
//! The secret is as long as its hash (RFC 6238, 5.1), so that its length tells which one it is for,
//! and it is sealed at rest for its owner.

use std::fmt;

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use qrcode::QrCode;
use qrcode::render::svg;
use rand::CryptoRng;
use subtle::ConstantTimeEq;
use totp_rs::Builder;
use zeroize::Zeroizing;

use crate::secret::{SealError, Sealer};

const STEP_SECONDS: i64 = 30;

/// The hash of a code generator.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Algorithm {
    /// What every app knows. Its weakness against collisions does not matter here.
    #[default]
    Sha1,
    /// Where a rule forbids SHA-1 by name; some apps ignore that they are told so.
    Sha256,
}

impl Algorithm {
    fn secret_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// The secret of a code generator.
pub struct Seed(Zeroizing<Vec<u8>>);

impl Seed {
    /// A new one.
    pub fn generate(algorithm: Algorithm, rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new(vec![0_u8; algorithm.secret_bytes()]);
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Seals it for the store; it opens only as this person's.
    pub fn seal(
        &self,
        person: &PersonId,
        sealer: &Sealer,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        sealer.seal(&purpose(person), &self.0, rng)
    }

    /// Opens a sealed one.
    pub fn open(person: &PersonId, stored: &[u8], sealer: &Sealer) -> Result<Self, SealError> {
        sealer.open(&purpose(person), stored).map(Self)
    }

    /// The secret as an app takes it by hand: base32 in groups of four.
    pub fn for_typing(&self) -> String {
        let text = self.base32();
        let groups: Vec<&str> = text
            .as_bytes()
            .chunks(4)
            .filter_map(|group| std::str::from_utf8(group).ok())
            .collect();
        groups.join(" ")
    }

    /// The secret as an app takes it by camera: an `otpauth:` address.
    pub fn address(&self, deployment: &str, person: &PersonId) -> String {
        let issuer = percent(deployment);
        let account = percent(person.as_str());
        let secret = self.base32();
        let algorithm = match self.algorithm() {
            Algorithm::Sha1 => "",
            Algorithm::Sha256 => "&algorithm=SHA256",
        };
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}{algorithm}")
    }

    /// The step whose code this is, if it is one of now, one before or one after.
    pub fn matching_step(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let current = now.timestamp().div_euclid(STEP_SECONDS);
        // Every step is computed, whichever fits, so that the time tells nothing.
        let mut found = None;
        for step in [current - 1, current, current + 1] {
            if self.code(step).as_bytes().ct_eq(code.as_bytes()).into() {
                found = Some(step);
            }
        }
        found
    }

    /// The code of the step that `now` is in.
    pub fn code_at(&self, now: DateTime<Utc>) -> String {
        self.code(now.timestamp().div_euclid(STEP_SECONDS))
    }

    fn code(&self, step: i64) -> String {
        let algorithm = match self.algorithm() {
            Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
            Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
        };
        let generator = Builder::new()
            .with_algorithm(algorithm)
            .with_secret(self.0.to_vec())
            .build_noncompliant();
        let second = u64::try_from(step.saturating_mul(STEP_SECONDS)).unwrap_or_default();
        generator.generate(second).to_string()
    }

    fn algorithm(&self) -> Algorithm {
        if self.0.len() == Algorithm::Sha256.secret_bytes() {
            Algorithm::Sha256
        } else {
            Algorithm::Sha1
        }
    }

    fn base32(&self) -> String {
        totp_rs::Secret::new(self.0.to_vec().into_boxed_slice()).to_base32()
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(redacted)")
    }
}

/// A picture of `text` as inline SVG, without style or script; `None` when it does not fit.
pub fn picture(text: &str) -> Option<String> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // Inline in a page: without the XML declaration.
    Some(
        svg.split_once("?>")
            .map_or(svg.clone(), |(_, body)| body.to_owned()),
    )
}

fn purpose(person: &PersonId) -> String {
    format!("totp/{person}")
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{noon, rng};
    use chrono::TimeDelta;

    fn seed() -> Seed {
        Seed(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(seed().code_at(DateTime::from_timestamp(second, 0).unwrap()), code);
        }
    }

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn codes_of_sha_256_are_those_of_rfc_6238_too() {
        let seed = Seed(Zeroizing::new(b"12345678901234567890123456789012".to_vec()));
        for (second, code) in [
            (59, "119246"),
            (1_111_111_109, "084774"),
            (2_000_000_000, "698825"),
        ] {
            assert_eq!(seed.code_at(DateTime::from_timestamp(second, 0).unwrap()), code);
        }
        let alice: PersonId = "alice".parse().unwrap();
        assert!(seed.address("Chat", &alice).ends_with("&algorithm=SHA256"));
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256] {
            assert_eq!(Seed::generate(algorithm, &mut rng()).algorithm(), algorithm);
        }
    }

    #[test]
    fn a_code_fits_one_step_either_side_and_no_further() {
        let code = seed().code_at(noon());
        let step = noon().timestamp() / 30;
        for (seconds, found) in [
            (-31, None),
            (-30, Some(step)),
            (0, Some(step)),
            (59, Some(step)),
            (60, None),
        ] {
            assert_eq!(
                seed().matching_step(&code, noon() + TimeDelta::seconds(seconds)),
                found,
                "{seconds}"
            );
        }
    }

    #[test]
    fn only_six_digits_are_a_code() {
        let code = seed().code_at(noon());
        let (left, right) = code.split_at(3);
        assert!(
            seed()
                .matching_step(&format!(" {left} {right} "), noon())
                .is_some()
        );
        for wrong in ["", "12345", "1234567", "１２３４５６", "12 34 5x"] {
            assert_eq!(seed().matching_step(wrong, noon()), None);
        }
    }

    #[test]
    fn a_seed_opens_only_for_its_owner() {
        let sealer = Sealer::new(&[7; 32]).unwrap();
        let (alice, dave): (PersonId, PersonId) = ("alice".parse().unwrap(), "dave".parse().unwrap());
        let stored = seed().seal(&alice, &sealer, &mut rng()).unwrap();
        assert_eq!(
            Seed::open(&alice, &stored, &sealer).unwrap().code_at(noon()),
            seed().code_at(noon())
        );
        assert!(Seed::open(&dave, &stored, &sealer).is_err());
    }

    #[test]
    fn an_app_can_read_the_address_and_the_picture() {
        let alice: PersonId = "alice".parse().unwrap();
        let address = seed().address("Allied Chat", &alice);
        assert_eq!(
            address,
            "otpauth://totp/Allied%20Chat:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Allied%20Chat"
        );
        assert!(picture(&address).unwrap().starts_with("<svg"));
        assert_eq!(seed().for_typing(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
