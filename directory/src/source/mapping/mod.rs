// SPDX-License-Identifier: Apache-2.0
//! What the words of a source mean here: rules without a language. No rule loops, computes, looks up or
//! calls anything; each takes values of attributes, cuts, matches and translates them, and gives them to
//! one part of a person. What a mapping can do is bounded when it is read; what it costs, by what it reads.
//!
//! Worked example: `{"to": "missions", "from": "groups", "pattern": "mission-(?<name>[a-z]+)", "give":
//! "{name}"}` makes of the group `mission-baltic` the mission `baltic`, and ignores other groups.

mod clearance;
mod condition;
mod date;
mod pattern;
mod reading;
mod run;
mod target;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use clearance::{Each, Vouching};
pub use condition::{Condition, ConditionError};
pub use date::DateForm;
pub use pattern::{Pattern, PatternError};
pub use reading::{Join, Reading};
pub use run::{Mapped, MappingError, Note, Whom};
pub use target::Target;

use super::fault::Checks;
use crate::Fault;

/// The most rules of a mapping.
pub const MOST_RULES: usize = 100;

/// The mapping of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Its rules. Of those for a single value the first that gives one counts; those for a list add up.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The part of a person that it gives.
    pub to: Target,
    /// How binding it is.
    #[serde(default)]
    pub mode: Mode,
    /// When it counts; absent, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What is taken, for anything but clearances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Reading>,
    /// What is taken, for clearances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clearance: Option<Vouching>,
}

/// How binding a rule is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// What it gives is what counts, at each sign-in; what it no longer gives is taken away.
    #[default]
    Force,
    /// It is left out.
    Ignore,
    /// As `force`, and without a value nobody gets in.
    Require,
    /// It is for somebody new, and never asked again.
    Suggest,
}

impl Mapping {
    /// Reads a mapping by itself, or says what is wrong with it and where.
    pub fn read(mapping: serde_json::Value) -> Result<Self, Vec<Fault>> {
        let mapping: Self = serde_path_to_error::deserialize(mapping).map_err(|fault| {
            vec![Fault {
                path: fault.path().to_string(),
                message: fault.inner().to_string(),
            }]
        })?;
        let found = RefCell::default();
        mapping.check(&Checks::new(&found));
        let faults = found.into_inner();
        if faults.is_empty() {
            Ok(mapping)
        } else {
            Err(faults)
        }
    }

    /// The attributes that its rules read, as they spell them. Names are compared as written: whoever reads a
    /// source in which case does not matter gives them in this spelling.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for rule in self.rules.iter().filter(|rule| rule.mode != Mode::Ignore) {
            names.extend(rule.when.iter().flat_map(Condition::names));
            names.extend(rule.value.iter().flat_map(Reading::names));
            names.extend(rule.clearance.iter().flat_map(Vouching::names));
        }
        names
    }

    /// Whether it has a rule for a part of a person, be it one that is asked for somebody new alone.
    pub fn speaks_of(&self, target: Target) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.to == target && rule.mode != Mode::Ignore)
    }

    pub(super) fn check(&self, at: &Checks<'_>) {
        let rules = at.member("rules");
        if self.rules.len() > MOST_RULES {
            rules.fault(format_args!("has at most {MOST_RULES} entries"));
        }
        for (index, rule) in self.rules.iter().take(MOST_RULES).enumerate() {
            rule.check(&rules.element(index));
        }
    }
}

impl Rule {
    fn check(&self, at: &Checks<'_>) {
        match (&self.value, &self.clearance, self.to == Target::Clearances) {
            (Some(value), None, false) => value.check(Some(self.to), &BTreeSet::new(), &at.member("value")),
            (None, Some(vouching), true) => vouching.check(&at.member("clearance")),
            (_, _, false) => at
                .member("value")
                .fault("is missing, or `clearance` stands beside it"),
            (_, _, true) => at
                .member("clearance")
                .fault("is missing, or `value` stands beside it"),
        }
    }
}
