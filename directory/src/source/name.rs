// SPDX-License-Identifier: Apache-2.0
//! What somebody whom a source brings in is called here. Her name there is folded, so that one name has one
//! spelling; and two names that a person cannot tell apart count as one.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection as _, skeleton};

use crate::PersonId;

/// Why a name at a source is none here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// There is none.
    #[error("the mapping gives no `username`")]
    Missing,
    /// It mixes scripts: a Latin name with one Cyrillic letter in it is somebody who wants to be another.
    #[error("its `username` mixes scripts")]
    Mixed,
    /// It cannot be kept.
    #[error("its `username` is no identifier")]
    Unfit,
}

/// The name of somebody new: without blanks around it, in small letters, in compatibility form (NFKC).
pub fn named(username: Option<&str>) -> Result<PersonId, NameFault> {
    let name = folded(username.unwrap_or_default().trim());
    if name.is_empty() {
        return Err(NameFault::Missing);
    }
    // Marks such as `@` and `.` are of no script and allowed in names.
    let letters: String = name
        .chars()
        .filter(|c| !c.is_ascii() || c.is_ascii_alphanumeric())
        .collect();
    if !letters.is_ascii() && !letters.check_restriction_level(RestrictionLevel::HighlyRestrictive) {
        return Err(NameFault::Mixed);
    }
    name.parse().map_err(|_| NameFault::Unfit)
}

/// Names that somebody has or had. A newcomer's is held against all of them at once.
#[derive(Debug, Default)]
pub struct Names {
    /// Those of plain ASCII, in small letters.
    plain: HashSet<String>,
    /// What those look like.
    plain_bones: HashSet<String>,
    /// What all others look like.
    other_bones: HashSet<String>,
}

impl Names {
    /// Adds one.
    pub fn add(&mut self, name: &str) {
        if name.is_ascii() {
            let small = name.to_ascii_lowercase();
            if !self.plain.contains(&small) {
                self.plain_bones.insert(bones(&small));
                self.plain.insert(small);
            }
        } else {
            self.other_bones.insert(bones(name));
        }
    }

    /// Whether one of them is the same name but for its case and form, or looks like it. Of plain ASCII names only
    /// case counts: `p10` and `pl0` are two people of many an agency.
    pub fn has_like(&self, name: &str) -> bool {
        let bones = bones(name);
        let is_known = if name.is_ascii() {
            self.plain.contains(&name.to_ascii_lowercase())
        } else {
            self.plain_bones.contains(&bones)
        };
        is_known || self.other_bones.contains(&bones)
    }
}

fn folded(name: &str) -> String {
    let lower = name.nfkc().collect::<String>().to_lowercase();
    lower.nfkc().collect()
}

fn bones(name: &str) -> String {
    skeleton(&folded(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_one_spelling() {
        for other in ["anna", " Anna ", "ANNA", "\u{ff41}\u{ff2e}\u{ff4e}\u{ff41}"] {
            assert_eq!(named(Some(other)).unwrap().as_str(), "anna", "{other:?}");
        }
        for name in ["m\u{fc}ller", "mu\u{308}ller", "M\u{dc}LLER"] {
            assert_eq!(named(Some(name)).unwrap().as_str(), "m\u{fc}ller");
        }
        let address = "Anna.O'Neil@agency.example";
        assert_eq!(named(Some(address)).unwrap().as_str(), address.to_lowercase());
        for greek in ["\u{3b1}\u{3bd}\u{3bd}\u{3b1}", "\u{430}\u{43d}\u{43d}\u{430}"] {
            assert_eq!(named(Some(greek)).unwrap().as_str(), greek);
        }
    }

    #[test]
    fn what_is_no_name_is_none() {
        for nothing in [None, Some(""), Some(" \u{3000}")] {
            assert_eq!(named(nothing), Err(NameFault::Missing), "{nothing:?}");
        }
        // A Latin name with a Cyrillic `a`, and with a Greek `o`.
        for mixed in ["\u{430}nna", "b\u{3bf}b"] {
            assert_eq!(named(Some(mixed)), Err(NameFault::Mixed), "{mixed:?}");
        }
        assert_eq!(named(Some(&"x".repeat(256))), Err(NameFault::Unfit));
    }

    #[test]
    fn names_that_look_alike_are_one() {
        let names = |all: &[&str]| {
            let mut names = Names::default();
            for name in all {
                names.add(name);
            }
            names
        };
        // The same four shapes in Cyrillic.
        let cyrillic = "\u{441}\u{43e}\u{440}\u{435}";
        let latin = names(&["hope", "Cope", "anna"]);
        for like in ["cope", "COPE", cyrillic, "\u{ff23}\u{ff4f}\u{ff50}\u{ff45}"] {
            assert!(latin.has_like(like), "{like:?}");
        }
        for other in ["c0pe", "cop", "\u{43a}\u{43e}\u{442}"] {
            assert!(!latin.has_like(other), "{other:?}");
        }
        let foreign = names(&[cyrillic]);
        assert!(foreign.has_like("cope") && foreign.has_like("CoPe") && foreign.has_like(cyrillic));
        assert!(!foreign.has_like("hope") && !names(&["pl0"]).has_like("p10"));
    }
}
