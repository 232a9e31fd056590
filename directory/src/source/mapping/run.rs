// SPDX-License-Identifier: Apache-2.0
//! The rules are applied to what a source said of one person.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::reading::MOST_VALUES;
use super::target::{flag, word};
use super::{Mapping, Mode, Rule, Target};
use crate::Set;
use crate::source::{Attributes, Sourced, SourcedClearance};

/// The most clearances of one person.
const MOST_CLEARANCES: usize = 100;

/// Of whom something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Somebody on file. What rules only suggest is not asked again.
    Known,
    /// Somebody new.
    New,
}

/// What came of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// The person.
    pub sourced: Sourced,
    /// What could not be read, and therefore is not said.
    pub notes: Vec<Note>,
}

/// A value that could not be read: which rule, for what, from where, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The rule, counted from 0 as in its record.
    pub rule: usize,
    /// What it gives.
    pub to: Target,
    /// The attributes that it reads.
    pub from: Vec<String>,
    /// Why.
    pub message: String,
}

/// Why nothing came of a mapping. She does not get in, and nothing of her changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// A rule that requires a value has none.
    #[error("{0}: it is required")]
    Missing(Note),
    /// Whether she is active, or what is required, cannot be read.
    #[error("{0}")]
    Unreadable(Note),
}

impl MappingError {
    /// Which rule, and why.
    pub fn note(&self) -> &Note {
        let (Self::Missing(note) | Self::Unreadable(note)) = self;
        note
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rules[{}] ({}", self.rule, self.to)?;
        if !self.from.is_empty() {
            write!(f, " from `{}`", self.from.join("`, `"))?;
        }
        write!(f, "): {}", self.message)
    }
}

impl Mapping {
    /// What a source says of a person, in our words.
    pub fn apply(&self, attributes: &Attributes, whom: Whom) -> Result<Mapped, MappingError> {
        let mut run = Run {
            attributes,
            said: BTreeMap::new(),
            clearances: None,
            notes: Vec::new(),
        };
        for (index, rule) in self.rules.iter().enumerate() {
            let counts = match rule.mode {
                Mode::Force | Mode::Require => true,
                Mode::Ignore => false,
                Mode::Suggest => whom == Whom::New,
            };
            if counts {
                run.rule(index, rule)?;
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            if rule.mode == Mode::Require && !run.has(rule.to) {
                return Err(MappingError::Missing(note(index, rule, "nothing comes of it")));
            }
        }
        Ok(run.told())
    }
}

/// What is said of one part of a person.
enum Said {
    /// These.
    Values(Vec<String>),
    /// Something that cannot be read: it counts as silence.
    Unreadable,
}

struct Run<'a> {
    attributes: &'a Attributes,
    said: BTreeMap<Target, Said>,
    clearances: Option<Vec<SourcedClearance>>,
    notes: Vec<Note>,
}

impl Run<'_> {
    fn rule(&mut self, index: usize, rule: &Rule) -> Result<(), MappingError> {
        let holds = rule.when.as_ref().is_none_or(|when| when.holds(self.attributes));
        if rule.to == Target::Clearances {
            self.vouch(index, rule, holds);
            return Ok(());
        }
        let entry = self
            .said
            .entry(rule.to)
            .or_insert_with(|| Said::Values(Vec::new()));
        let (Said::Values(said), true, Some(reading)) = (entry, holds, &rule.value) else {
            return Ok(());
        };
        // Of a single value the first rule that gives one counts.
        if !rule.to.is_list() && !said.is_empty() {
            return Ok(());
        }
        let read = reading
            .values(self.attributes, &BTreeMap::new())
            .and_then(|values| {
                let expected = rule.to.is_list() || values.len() <= 1;
                if expected {
                    Ok(values)
                } else {
                    Err(format!(
                        "there are {} values, and one is expected: `first` takes the first",
                        values.len()
                    ))
                }
            });
        let values = match read {
            Ok(values) => values,
            Err(message) => return self.unreadable(index, rule, message),
        };
        for value in values {
            match rule.to.fault(&value) {
                None => {
                    let Some(Said::Values(said)) = self.said.get_mut(&rule.to) else {
                        return Ok(());
                    };
                    if said.len() >= MOST_VALUES {
                        let message = format!("more than {MOST_VALUES} values come of it");
                        return self.unreadable(index, rule, message);
                    }
                    said.push(value);
                }
                // Without one of several missions she may less, without one of several nationalities more.
                Some(message) if matches!(rule.to, Target::Briefings | Target::Missions) => {
                    self.notes.push(note(index, rule, message));
                }
                Some(message) => return self.unreadable(index, rule, message),
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, index: usize, rule: &Rule, message: String) -> Result<(), MappingError> {
        let note = note(index, rule, message);
        if rule.mode == Mode::Require || rule.to == Target::IsActive {
            return Err(MappingError::Unreadable(note));
        }
        self.notes.push(note);
        self.said.insert(rule.to, Said::Unreadable);
        Ok(())
    }

    fn vouch(&mut self, index: usize, rule: &Rule, holds: bool) {
        let held = self.clearances.get_or_insert_default();
        let (true, Some(vouching)) = (holds, &rule.clearance) else {
            return;
        };
        for read in vouching.clearances(self.attributes) {
            match read {
                Err(message) => self.notes.push(note(index, rule, message)),
                Ok(new) => {
                    let is_full = held.len() >= MOST_CLEARANCES;
                    let same = held.iter_mut().find(|old| {
                        (&old.scheme, &old.level, &old.compartments)
                            == (&new.scheme, &new.level, &new.compartments)
                    });
                    match same {
                        // Said twice, it ends at the earlier end.
                        Some(old) => old.valid_until = old.valid_until.min(new.valid_until),
                        None if is_full => {
                            let message = format!("there are more than {MOST_CLEARANCES} clearances");
                            self.notes.push(note(index, rule, message));
                            return;
                        }
                        None => held.push(new),
                    }
                }
            }
        }
    }

    fn has(&self, target: Target) -> bool {
        if target == Target::Clearances {
            return self.clearances.as_ref().is_some_and(|held| !held.is_empty());
        }
        matches!(self.said.get(&target), Some(Said::Values(values)) if !values.is_empty())
    }

    fn told(mut self) -> Mapped {
        let mut withdrawn = Vec::new();
        let mut one = |target: Target| match self.said.remove(&target) {
            Some(Said::Values(values)) => {
                let first = values.into_iter().next();
                if first.is_none() {
                    withdrawn.push(target);
                }
                first
            }
            Some(Said::Unreadable) | None => None,
        };
        let username = one(Target::Username);
        let display_name = one(Target::DisplayName);
        let email = one(Target::Email);
        let agency = one(Target::Agency).and_then(|text| text.parse().ok());
        let email_verified = one(Target::EmailVerified).and_then(|text| flag(&text));
        let is_active = one(Target::IsActive).and_then(|text| flag(&text));
        withdrawn.retain(|target| matches!(target, Target::Agency | Target::DisplayName | Target::Email));
        let mut many = |target: Target| match self.said.remove(&target) {
            Some(Said::Values(values)) => Some(values),
            Some(Said::Unreadable) | None => None,
        };
        let sourced = Sourced {
            username,
            display_name,
            email,
            email_verified: email_verified == Some(true),
            agency,
            nationalities: many(Target::Nationalities).map(|texts| set(texts, |text| text.parse().ok())),
            missions: many(Target::Missions).map(|texts| set(texts, |text| text.parse().ok())),
            briefings: many(Target::Briefings).map(|texts| texts.into_iter().collect()),
            roles: many(Target::Roles).map(|texts| set(texts, word)),
            clearances: self.clearances,
            is_active,
            withdrawn: withdrawn.into_iter().collect(),
        };
        Mapped {
            sourced,
            notes: self.notes,
        }
    }
}

/// Each was found to be a value of its part before.
fn set<T: Ord + Clone>(texts: Vec<String>, read: impl Fn(&str) -> Option<T>) -> Set<T> {
    texts.iter().filter_map(|text| read(text)).collect()
}

fn note(index: usize, rule: &Rule, message: impl Into<String>) -> Note {
    let read = rule.value.iter().flat_map(super::Reading::names);
    let vouched = rule.clearance.iter().flat_map(super::Vouching::names);
    Note {
        rule: index,
        to: rule.to,
        from: read.chain(vouched).map(str::to_owned).collect(),
        message: message.into(),
    }
}
