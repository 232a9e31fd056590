// SPDX-License-Identifier: Apache-2.0
//! How strongly somebody was authenticated, in the words of SAML: what a service provider asks for
//! (SAML core, section 3.3.2.2.1) and what it is told (section 2.7.2.2).
//!
//! The comparison is over our levels. A class that names a factor (a smartcard, a one-time code) is
//! met only by a sign-in in which that factor took part.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::assurance::{ACR_AAL1, ACR_AAL2, ACR_AAL3, ACR_PHISHING_RESISTANT, Level, Method};
use crate::oidc::client::ClientRecord;

/// The most classes that a request may name.
pub const MOST_CLASSES: usize = 20;

/// How classes compare.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Stronger than any that is named.
    Better,
    /// One of those that are named.
    #[default]
    Exact,
    /// As strong as can be, and not stronger than the strongest named.
    Maximum,
    /// As strong as one that is named, or stronger.
    Minimum,
}

impl Comparison {
    /// The comparison of that name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "better" => Self::Better,
            "exact" => Self::Exact,
            "maximum" => Self::Maximum,
            "minimum" => Self::Minimum,
            _ => return None,
        })
    }
}

/// What a request asks of the sign-in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// How.
    pub comparison: Comparison,
    /// The classes, as they were written, the service provider's favourite first.
    pub classes: Vec<String>,
}

/// A class that we know.
struct Class {
    level: Level,
    factor: Option<Method>,
}

impl Asked {
    /// The least level with which a sign-in can meet it; `None` if none can.
    pub fn least(&self, record: &ClientRecord) -> Option<Level> {
        let levels = self.known(record).map(|(_, class)| class.level);
        match self.comparison {
            Comparison::Better => above(levels.max()?),
            Comparison::Exact | Comparison::Maximum | Comparison::Minimum => levels.min(),
        }
    }

    /// The class that a sign-in of this kind is told as; `None` if it does not meet what is asked.
    pub fn met(&self, record: &ClientRecord, reached: Level, methods: &BTreeSet<Method>) -> Option<String> {
        let is_met = |class: &Class| {
            class.level <= reached && class.factor.is_none_or(|factor| methods.contains(&factor))
        };
        let strongest = self
            .known(record)
            .filter(|(_, class)| is_met(class))
            // Of equals the first: it is the favourite.
            .reduce(|best, other| if other.1.level > best.1.level { other } else { best });
        match self.comparison {
            Comparison::Exact | Comparison::Maximum => strongest.map(|(name, _)| name.to_owned()),
            Comparison::Minimum => strongest.map(|(name, class)| {
                if class.level == reached {
                    name.to_owned()
                } else {
                    told(record, reached)
                }
            }),
            Comparison::Better => {
                let least = self.least(record)?;
                (reached >= least).then(|| told(record, reached))
            }
        }
    }

    fn known<'a>(&'a self, record: &ClientRecord) -> impl Iterator<Item = (&'a str, Class)> {
        self.classes
            .iter()
            .filter_map(|name| Some((name.as_str(), class(record, name)?)))
    }
}

/// What a service provider that asked for nothing is told: its own word for the level, else ours.
pub fn told(record: &ClientRecord, reached: Level) -> String {
    let own = record.acr_values.iter().find(|(_, level)| **level == reached);
    own.map_or_else(
        || {
            match reached {
                Level::Aal1 => ACR_AAL1,
                Level::Aal2 => ACR_AAL2,
                Level::Aal2PhishingResistant => ACR_PHISHING_RESISTANT,
                Level::Aal3 => ACR_AAL3,
            }
            .to_owned()
        },
        |(word, _)| word.clone(),
    )
}

fn class(record: &ClientRecord, name: &str) -> Option<Class> {
    let (level, factor) = match name {
        "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
        | "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
        | "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
        | "https://refeds.org/profile/sfa" => (Level::Aal1, None),
        "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken" => (Level::Aal2, Some(Method::Otp)),
        "https://refeds.org/profile/mfa" | "http://idmanagement.gov/ns/assurance/aal/2" => {
            (Level::Aal2, None)
        }
        "http://idmanagement.gov/ns/assurance/aal/2?phishing_resistant=true" => {
            (Level::Aal2PhishingResistant, None)
        }
        "http://idmanagement.gov/ns/assurance/aal/3" => (Level::Aal3, None),
        "urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard"
        | "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI" => (Level::Aal3, Some(Method::Sc)),
        name => (record.level_of(name)?, None),
    };
    Some(Class { level, factor })
}

fn above(level: Level) -> Option<Level> {
    match level {
        Level::Aal1 => Some(Level::Aal2),
        Level::Aal2 => Some(Level::Aal2PhishingResistant),
        Level::Aal2PhishingResistant => Some(Level::Aal3),
        Level::Aal3 => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
    const CARD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI";
    const MFA: &str = "https://refeds.org/profile/mfa";

    fn asked(comparison: Comparison, classes: &[&str]) -> Asked {
        Asked {
            comparison,
            classes: classes.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn record() -> ClientRecord {
        ClientRecord::new("sp", "SP", vec![])
    }

    #[test]
    fn exact_is_told_by_the_strongest_name_that_was_reached_and_never_by_a_stronger_one() {
        let met = |classes: &[&str], level, methods: &[Method]| {
            let methods = methods.iter().copied().collect();
            asked(Comparison::Exact, classes).met(&record(), level, &methods)
        };
        assert_eq!(met(&[PASSWORD], Level::Aal3, &[]).as_deref(), Some(PASSWORD));
        assert_eq!(met(&[PASSWORD, MFA], Level::Aal2, &[]).as_deref(), Some(MFA));
        assert_eq!(met(&[MFA], Level::Aal1, &[]), None);
        assert_eq!(
            met(&["urn:x:aal:2", MFA], Level::Aal2, &[]).as_deref(),
            Some("urn:x:aal:2")
        );
        assert_eq!(met(&["urn:unheard-of"], Level::Aal3, &[]), None);
    }

    #[test]
    fn a_smartcard_is_a_smartcard_and_no_other_key_of_that_level() {
        let card = asked(Comparison::Exact, &[CARD]);
        assert_eq!(card.met(&record(), Level::Aal3, &[Method::Hwk].into()), None);
        let with = [Method::Sc, Method::Pin].into();
        assert_eq!(card.met(&record(), Level::Aal3, &with).as_deref(), Some(CARD));
        assert_eq!(card.least(&record()), Some(Level::Aal3));
    }

    #[test]
    fn minimum_and_better_compare_levels() {
        let none = BTreeSet::new();
        let minimum = asked(Comparison::Minimum, &[MFA, PASSWORD]);
        assert_eq!(minimum.least(&record()), Some(Level::Aal1));
        assert_eq!(
            minimum.met(&record(), Level::Aal3, &none).as_deref(),
            Some("urn:x:aal:3")
        );
        assert_eq!(minimum.met(&record(), Level::Aal2, &none).as_deref(), Some(MFA));
        let better = asked(Comparison::Better, &[MFA]);
        assert_eq!(better.least(&record()), Some(Level::Aal2PhishingResistant));
        assert_eq!(better.met(&record(), Level::Aal2, &none), None);
        assert_eq!(
            better
                .met(&record(), Level::Aal2PhishingResistant, &none)
                .as_deref(),
            Some("phr")
        );
        assert_eq!(asked(Comparison::Better, &["phrh"]).least(&record()), None);
        assert_eq!(
            asked(Comparison::Minimum, &["urn:unheard-of"]).least(&record()),
            None
        );
    }

    #[test]
    fn own_words_of_a_service_provider_are_understood_and_told() {
        let mut record = record();
        record
            .acr_values
            .insert("urn:agency:loa:high".into(), Level::Aal3);
        let own = asked(Comparison::Exact, &["urn:agency:loa:high"]);
        assert_eq!(own.least(&record), Some(Level::Aal3));
        assert_eq!(told(&record, Level::Aal3), "urn:agency:loa:high");
        assert_eq!(told(&record, Level::Aal2), "urn:x:aal:2");
    }
}
