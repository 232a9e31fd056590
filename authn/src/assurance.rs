// SPDX-License-Identifier: Apache-2.0
//! How sure we are who someone is: the level reached (NIST SP 800-63B-4), the words for it on the
//! wire (`acr` is the verdict, `amr` the evidence, RFC 8176), and what a request may require.
//!
//! The order is `aal1 < aal2 < aal2, phishing resistant < aal3`. Only an attested, device-bound
//! passkey or a smartcard reaches aal3.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;

/// An authenticator assurance level of a session. Phishing resistance is a level of its own
/// between aal2 and aal3, as requests name it (`phr`).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// One factor.
    Aal1,
    /// Two factors of different kinds.
    Aal2,
    /// Two factors, and a proof that is bound to our origin.
    Aal2PhishingResistant,
    /// An attested key that cannot be exported, with user verification.
    Aal3,
}

/// `acr` of aal1.
pub const ACR_AAL1: &str = "urn:x:aal:1";
/// `acr` of aal2.
pub const ACR_AAL2: &str = "urn:x:aal:2";
/// `acr` of aal2 with phishing resistance.
pub const ACR_PHISHING_RESISTANT: &str = "phr";
/// `acr` of aal3 by its number.
pub const ACR_AAL3: &str = "urn:x:aal:3";
/// `acr` of aal3: phishing resistant and hardware protected.
pub const ACR_PHISHING_RESISTANT_HARDWARE: &str = "phrh";
/// Every `acr` that may be asked for, weakest first.
pub const ACR_VALUES: [&str; 5] = [
    ACR_AAL1,
    ACR_AAL2,
    ACR_PHISHING_RESISTANT,
    ACR_PHISHING_RESISTANT_HARDWARE,
    ACR_AAL3,
];

impl Level {
    /// The NIST number, 1 to 3.
    pub fn aal(self) -> u8 {
        match self {
            Self::Aal1 => 1,
            Self::Aal2 | Self::Aal2PhishingResistant => 2,
            Self::Aal3 => 3,
        }
    }

    /// The weakest level with the NIST number `aal`; 0 and 1 are aal1, above 3 there is none.
    pub fn from_aal(aal: u8) -> Option<Self> {
        match aal {
            0 | 1 => Some(Self::Aal1),
            2 => Some(Self::Aal2),
            3 => Some(Self::Aal3),
            _ => None,
        }
    }

    /// The `acr` that we emit.
    pub fn acr(self) -> &'static str {
        match self {
            Self::Aal1 => ACR_AAL1,
            Self::Aal2 => ACR_AAL2,
            Self::Aal2PhishingResistant => ACR_PHISHING_RESISTANT,
            Self::Aal3 => ACR_PHISHING_RESISTANT_HARDWARE,
        }
    }

    /// The level that an `acr` asks for; `None` for one that we do not know.
    pub fn from_acr(acr: &str) -> Option<Self> {
        match acr {
            ACR_AAL1 => Some(Self::Aal1),
            ACR_AAL2 => Some(Self::Aal2),
            ACR_PHISHING_RESISTANT => Some(Self::Aal2PhishingResistant),
            ACR_PHISHING_RESISTANT_HARDWARE | ACR_AAL3 => Some(Self::Aal3),
            _ => None,
        }
    }

    /// The number kept in the store.
    pub fn rank(self) -> i64 {
        match self {
            Self::Aal1 => 10,
            Self::Aal2 => 20,
            Self::Aal2PhishingResistant => 25,
            Self::Aal3 => 30,
        }
    }

    /// The level with a stored number.
    pub fn from_rank(rank: i64) -> Option<Self> {
        match rank {
            10 => Some(Self::Aal1),
            20 => Some(Self::Aal2),
            25 => Some(Self::Aal2PhishingResistant),
            30 => Some(Self::Aal3),
            _ => None,
        }
    }
}

/// A piece of evidence, by its RFC 8176 name.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A key in hardware.
    Hwk,
    /// More than one factor took part.
    Mfa,
    /// A one-time code.
    Otp,
    /// A PIN was given to the authenticator.
    Pin,
    /// Possession of a key was proven.
    Pop,
    /// A password.
    Pwd,
    /// A smartcard.
    Sc,
    /// A key in software, or one that may be synchronised.
    Swk,
    /// The authenticator verified its user (PIN or biometric).
    User,
}

/// What a sign-in proved: the verdict, its evidence and its time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Proof {
    /// The level reached.
    pub level: Level,
    /// The evidence.
    pub methods: BTreeSet<Method>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Whether the authenticator's origin was attested to a trusted maker. Nothing else raises a
    /// passkey to aal3.
    pub attested: bool,
    /// By which authenticators, each at that time.
    #[serde(default)]
    pub by: Vec<Evidence>,
}

/// What a request needs of the session that answers it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Requirement {
    /// The least level.
    pub level: Level,
    /// The greatest age of the sign-in, if any; zero asks for a new one.
    pub max_age: Option<TimeDeltaSeconds>,
    /// A sign-in that happened after this moment (`prompt=login`, `max_age=0`).
    pub after: Option<DateTime<Utc>>,
}

/// A duration that is stored as whole seconds.
pub type TimeDeltaSeconds = i64;

impl Requirement {
    /// Nothing but a sign-in at `level`.
    pub fn level(level: Level) -> Self {
        Self {
            level,
            max_age: None,
            after: None,
        }
    }

    /// Raises the level to at least `level`.
    #[must_use]
    pub fn at_least(mut self, level: Level) -> Self {
        self.level = self.level.max(level);
        self
    }

    /// Whether a sign-in of `reached` at `auth_time` is enough.
    pub fn unmet(&self, reached: Level, auth_time: DateTime<Utc>, now: DateTime<Utc>) -> Option<Unmet> {
        if reached < self.level {
            return Some(Unmet::Level);
        }
        if self.after.is_some_and(|after| auth_time < after) {
            return Some(Unmet::Age);
        }
        // "Older than": exactly max_age is still good.
        let too_old = self
            .max_age
            .is_some_and(|seconds| now - auth_time > TimeDelta::seconds(seconds));
        too_old.then_some(Unmet::Age)
    }
}

/// Why a session is not enough.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unmet {
    /// The sign-in is too old.
    Age,
    /// The level is too low.
    Level,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_survive_the_store_and_the_wire() {
        let all = [
            Level::Aal1,
            Level::Aal2,
            Level::Aal2PhishingResistant,
            Level::Aal3,
        ];
        assert!(all.is_sorted());
        for level in all {
            assert_eq!(Level::from_rank(level.rank()), Some(level));
            assert_eq!(Level::from_acr(level.acr()), Some(level));
        }
        assert_eq!(Level::from_acr("loa3"), None);
    }

    #[test]
    fn a_sign_in_is_good_until_max_age_and_not_a_second_longer() {
        let at = DateTime::from_timestamp(1_000, 0).unwrap();
        let need = Requirement {
            level: Level::Aal1,
            max_age: Some(60),
            after: None,
        };
        for (age, unmet) in [(59, None), (60, None), (61, Some(Unmet::Age))] {
            assert_eq!(need.unmet(Level::Aal2, at, at + TimeDelta::seconds(age)), unmet);
        }
    }

    #[test]
    fn prompt_login_is_not_satisfied_by_an_older_sign_in() {
        let at = DateTime::from_timestamp(1_000, 0).unwrap();
        let need = Requirement {
            level: Level::Aal1,
            max_age: None,
            after: Some(at),
        };
        assert_eq!(
            need.unmet(Level::Aal3, at - TimeDelta::seconds(1), at),
            Some(Unmet::Age)
        );
        assert_eq!(need.unmet(Level::Aal3, at, at), None);
    }
}
