// SPDX-License-Identifier: Apache-2.0
//! Agreements: how what is written in one scheme is read in another. Directional, dated, never
//! transitive. Clearances are rounded down, labels up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{Label, Level, Schemes};

/// What two parties signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The scheme that is brought across.
    pub from: String,
    /// The scheme it is brought into.
    pub to: String,
    /// In force from this moment.
    pub valid_from: DateTime<Utc>,
    /// In force up to and including this moment.
    pub valid_until: DateTime<Utc>,
    /// Whether it brings clearances across.
    pub clearances: bool,
    /// Whether it brings labels across.
    pub labels: bool,
    /// The compartments that cross with it.
    pub carries: BTreeSet<String>,
    /// Which level becomes which; a level it does not name does not cross. Without it equal ranks
    /// do, with the roundings.
    pub levels: Option<BTreeMap<String, String>>,
}

/// Why terms cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// The map names a level twice, in two spellings.
    #[error("the level map names `{0}` twice")]
    DuplicateLevel(String),
    /// A level of the map does not exist.
    #[error("scheme `{scheme}` has no level `{level}`")]
    UnknownLevel {
        /// The scheme.
        scheme: String,
        /// The name.
        level: String,
    },
    /// There is no such scheme.
    #[error("unknown scheme `{0}`")]
    UnknownScheme(String),
}

/// An agreement whose schemes and levels exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    id: String,
    terms: Terms,
}

impl Agreement {
    /// Checks terms against the schemes in use; level names take their official spelling.
    pub fn new(id: impl Into<String>, mut terms: Terms, schemes: &Schemes) -> Result<Self, TermsError> {
        let scheme = |id: &str| {
            schemes
                .scheme(id)
                .ok_or_else(|| TermsError::UnknownScheme(id.to_owned()))
        };
        let (from, to) = (scheme(&terms.from)?, scheme(&terms.to)?);
        if let Some(levels) = terms.levels.take() {
            let mut official = BTreeMap::new();
            for (a, b) in levels {
                let unknown = |scheme: &str, level: &str| TermsError::UnknownLevel {
                    scheme: scheme.to_owned(),
                    level: level.to_owned(),
                };
                let own = from.level(&a).ok_or_else(|| unknown(&terms.from, &a))?;
                let other = to.level(&b).ok_or_else(|| unknown(&terms.to, &b))?;
                if official.insert(own.id.clone(), other.id.clone()).is_some() {
                    return Err(TermsError::DuplicateLevel(own.id.clone()));
                }
            }
            terms.levels = Some(official);
        }
        Ok(Self { id: id.into(), terms })
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it says.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Whether it is in force. Both ends count.
    pub fn in_force(&self, now: DateTime<Utc>) -> bool {
        self.terms.valid_from <= now && now <= self.terms.valid_until
    }

    /// What a clearance of `level` in the agreement's `from` is worth in its `to`: rounded down.
    pub fn clearance_in<'a>(&self, level: &Level, schemes: &'a Schemes) -> Option<&'a Level> {
        if !self.terms.clearances {
            return None;
        }
        let to = schemes.scheme(&self.terms.to)?;
        match &self.terms.levels {
            Some(map) => to.level(map.get(&level.id)?),
            None => to.level_down(level.rank),
        }
    }

    /// How a label of the agreement's `from` reads in its `to`: rounded up. Nothing when a level
    /// does not cross or a compartment is not carried: an untranslatable label is never weakened.
    pub fn label_in(&self, label: &Label, schemes: &Schemes) -> Option<Label> {
        if !self.terms.labels || label.scheme() != self.terms.from {
            return None;
        }
        if !label.compartments().is_subset(&self.terms.carries) {
            return None;
        }
        let to = schemes.scheme(&self.terms.to)?;
        let level = match &self.terms.levels {
            Some(map) => to.level(map.get(label.level())?),
            None => to.level_up(label.rank()),
        }?;
        let mut raw = label.to_raw();
        raw.scheme.clone_from(&self.terms.to);
        raw.level.clone_from(&level.id);
        // The audience crosses as it is, never as the other scheme's default.
        raw.releasable_to = label.audience().nations().cloned();
        let read = schemes.label(&raw).ok()?;
        Some(if label.audience().nations().is_none() {
            read.for_everybody()
        } else {
            read
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawLabel;

    fn terms(from: &str, to: &str) -> Terms {
        Terms {
            from: from.into(),
            to: to.into(),
            valid_from: DateTime::from_timestamp(0, 0).unwrap(),
            valid_until: DateTime::from_timestamp(1000, 0).unwrap(),
            clearances: true,
            labels: true,
            carries: BTreeSet::from(["ATOMAL".into()]),
            levels: None,
        }
    }

    fn agreement(from: &str, to: &str) -> Agreement {
        Agreement::new("x", terms(from, to), Schemes::builtin()).unwrap()
    }

    fn level(scheme: &str, level: &str) -> &'static Level {
        Schemes::builtin().scheme(scheme).unwrap().level(level).unwrap()
    }

    #[test]
    fn clearances_round_down() {
        let schemes = Schemes::builtin();
        let down = |from, to, name| {
            agreement(from, to)
                .clearance_in(level(from, name), schemes)
                .map(|l| l.id.as_str())
        };
        assert_eq!(down("DE", "NATO", "GEHEIM"), Some("NS"));
        assert_eq!(down("NATO", "UK", "NC"), Some("OFFICIAL"));
        assert_eq!(down("FR", "NATO", "DR"), Some("NR"));
        assert_eq!(down("DE", "EU", "OFFEN"), None);
    }

    #[test]
    fn labels_round_up_and_are_never_weakened() {
        let schemes = Schemes::builtin();
        let up = |from: &str, to: &str, name: &str, tags: &[&str]| {
            let raw = RawLabel {
                compartments: tags.iter().map(ToString::to_string).collect(),
                ..RawLabel::new(from, name)
            };
            agreement(from, to)
                .label_in(&schemes.label(&raw).unwrap(), schemes)
                .map(|l| l.level().to_owned())
        };
        assert_eq!(up("NATO", "UK", "NC", &[]).as_deref(), Some("SECRET"));
        assert_eq!(up("NATO", "UK", "NS", &["ATOMAL"]).as_deref(), Some("SECRET"));
        assert_eq!(up("NATO", "UK", "NS", &["CRYPTO"]), None);
        assert_eq!(up("NATO", "CH", "CTS", &[]), None);
    }

    #[test]
    fn both_ends_of_an_agreement_count() {
        let agreement = agreement("DE", "NATO");
        let at = |s| DateTime::from_timestamp(s, 0).unwrap();
        assert!(!agreement.in_force(at(-1)));
        assert!(agreement.in_force(at(0)));
        assert!(agreement.in_force(at(1000)));
        assert!(!agreement.in_force(at(1001)));
    }

    #[test]
    fn a_map_brings_only_what_it_names() {
        let map = BTreeMap::from([("vs-v".to_owned(), "NR".to_owned())]);
        let mapped = Agreement::new(
            "x",
            Terms {
                levels: Some(map),
                ..terms("DE", "NATO")
            },
            Schemes::builtin(),
        )
        .unwrap();
        let read = |name| {
            mapped
                .clearance_in(level("DE", name), Schemes::builtin())
                .map(|l| l.id.as_str())
        };
        assert_eq!(read("VS-V"), Some("NR"));
        assert_eq!(read("GEHEIM"), None);
    }

    #[test]
    fn an_agreement_between_unknown_schemes_is_refused() {
        assert!(Agreement::new("x", terms("DE", "XX"), Schemes::builtin()).is_err());
    }
}
