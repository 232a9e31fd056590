// SPDX-License-Identifier: Apache-2.0
//! What a source is trusted for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fault::Checks;
use crate::Set;

/// What a source is trusted for. As shipped, for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trust {
    /// It may say who somebody is: people sign in by it.
    pub identity: bool,
    /// It may say what somebody is like: its attributes are taken, within its cap.
    pub attributes: bool,
    /// It may say how somebody proved herself; absent, a sign-in by it is of the lowest level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assurance: Option<Assurance>,
    /// Mail domains for which its word on an address is good. Addresses of others are not taken from it.
    pub domains: Set<String>,
}

/// How far a source is believed about how somebody proved herself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assurance {
    /// The highest level that its word can give.
    pub highest: Level,
    /// The level of words that are not in the table.
    #[serde(default)]
    pub floor: Level,
    /// Its words (`acr`, AuthnContextClassRef) and the level that each means.
    #[serde(default)]
    pub contexts: BTreeMap<String, Level>,
    /// Its list of methods (`amr`) is believed.
    #[serde(default)]
    pub methods: bool,
}

/// How sure it is that she is who she says. The order is that of the levels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// One factor.
    #[default]
    Aal1,
    /// Two factors.
    Aal2,
    /// Two factors, resistant to phishing.
    Aal2PhishingResistant,
    /// A key that cannot be copied.
    Aal3,
}

impl Assurance {
    /// The level that one of its words gives, or that its silence gives.
    pub fn level(&self, context: Option<&str>) -> Level {
        let told = context.and_then(|context| self.contexts.get(context));
        (*told.unwrap_or(&self.floor)).min(self.highest)
    }

    /// Its words for `wanted` and better, as far as its word can give that, in their own order.
    pub fn words_for(&self, wanted: Level) -> impl Iterator<Item = &str> {
        let reaches = move |level: Level| level >= wanted && wanted <= self.highest;
        self.contexts
            .iter()
            .filter(move |(_, level)| reaches(**level))
            .map(|(word, _)| word.as_str())
    }
}

impl Trust {
    /// The level of a sign-in by it.
    pub fn level(&self, context: Option<&str>) -> Level {
        self.assurance
            .as_ref()
            .map_or_else(Level::default, |assurance| assurance.level(context))
    }

    /// Whether its word on this mail address is good.
    pub fn answers_for(&self, email: &str) -> bool {
        email
            .rsplit_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && self.domains.contains(&domain.to_lowercase()))
    }

    pub(super) fn check(&self, at: &Checks<'_>) {
        at.member("domains").domains(&self.domains);
        let Some(assurance) = &self.assurance else { return };
        let at = at.member("assurance");
        if assurance.floor > assurance.highest {
            at.member("floor").fault("is above `highest`");
        }
        at.member("contexts").texts(assurance.contexts.keys(), 64);
        for (word, level) in &assurance.contexts {
            if *level > assurance.highest {
                at.member("contexts").member(word).fault("is above `highest`");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_gives_no_more_than_its_source_may() {
        let assurance = Assurance {
            highest: Level::Aal2,
            floor: Level::Aal1,
            contexts: BTreeMap::from([
                ("gold".to_owned(), Level::Aal2),
                ("bronze".to_owned(), Level::Aal1),
            ]),
            methods: false,
        };
        assert_eq!(assurance.level(Some("gold")), Level::Aal2);
        assert_eq!(assurance.level(Some("platinum")), Level::Aal1);
        assert_eq!(assurance.level(None), Level::Aal1);
        assert_eq!(assurance.words_for(Level::Aal2).collect::<Vec<_>>(), ["gold"]);
        assert_eq!(assurance.words_for(Level::Aal3).count(), 0);
    }

    #[test]
    fn an_address_of_another_domain_is_not_answered_for() {
        let trust = Trust {
            domains: ["mod.example".to_owned()].into_iter().collect(),
            ..Trust::default()
        };
        assert!(trust.answers_for("ann@mod.example"));
        assert!(trust.answers_for("ann@MOD.example"));
        for other in [
            "ann@evilmod.example",
            "ann@mod.example.evil",
            "@mod.example",
            "mod.example",
            "",
        ] {
            assert!(!trust.answers_for(other), "{other}");
        }
    }
}
