// SPDX-License-Identifier: Apache-2.0
//! Policies: parsed once and checked strictly.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use cedar_policy::{Effect, PolicyId, PolicySet, Schema, ValidationMode, Validator};

use super::request::Unbuildable;
use super::scope::Groups;
use crate::Reason;

const SCHEMA: &str = include_str!("../../../policies/schema.cedarschema");

const GUARDRAILS: [(&str, &str); 10] = [
    (
        "guardrails/account.cedar",
        include_str!("../../../policies/guardrails/account.cedar"),
    ),
    (
        "guardrails/approval.cedar",
        include_str!("../../../policies/guardrails/approval.cedar"),
    ),
    (
        "guardrails/channel.cedar",
        include_str!("../../../policies/guardrails/channel.cedar"),
    ),
    (
        "guardrails/clearance-subject.cedar",
        include_str!("../../../policies/guardrails/clearance-subject.cedar"),
    ),
    (
        "guardrails/clearance-target.cedar",
        include_str!("../../../policies/guardrails/clearance-target.cedar"),
    ),
    (
        "guardrails/device.cedar",
        include_str!("../../../policies/guardrails/device.cedar"),
    ),
    (
        "guardrails/label.cedar",
        include_str!("../../../policies/guardrails/label.cedar"),
    ),
    (
        "guardrails/moment.cedar",
        include_str!("../../../policies/guardrails/moment.cedar"),
    ),
    (
        "guardrails/need-to-know.cedar",
        include_str!("../../../policies/guardrails/need-to-know.cedar"),
    ),
    (
        "guardrails/node.cedar",
        include_str!("../../../policies/guardrails/node.cedar"),
    ),
];

const AGENCY: (&str, &str) = (
    "agency/default.cedar",
    include_str!("../../../policies/agency/default.cedar"),
);

/// One file of policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// Its name, for messages.
    pub name: String,
    /// Its Cedar text.
    pub text: String,
}

/// Policies that have been read but not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    pub(crate) guardrails: Vec<PolicyFile>,
    pub(crate) agency: Vec<PolicyFile>,
}

/// Why policies cannot be used. Each names the file and, where there is one, the policy and line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Two policies of one id.
    #[error("{file}:{line}: two policies are named `{id}`")]
    Duplicate {
        /// The file of the second.
        file: String,
        /// Its line there.
        line: usize,
        /// The id.
        id: String,
    },
    /// A policy that does not fit the schema.
    #[error("{file}:{line}: policy `{id}`: {message}")]
    Invalid {
        /// The file.
        file: String,
        /// The line on which the policy begins.
        line: usize,
        /// The policy.
        id: String,
        /// What is wrong.
        message: String,
    },
    /// A policy without `@id`.
    #[error("{file}:{line}: a policy needs an `@id`")]
    NoId {
        /// The file.
        file: String,
        /// The line on which the policy begins.
        line: usize,
    },
    /// A forbid whose `@reason` is missing or no reason code.
    #[error("{file}:{line}: forbid `{id}` needs an `@reason` among the reason codes")]
    NoReason {
        /// The file.
        file: String,
        /// The line on which the policy begins.
        line: usize,
        /// The policy.
        id: String,
    },
    /// It is not Cedar.
    #[error("{file}: {message}")]
    Parse {
        /// The file.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// The schema is not one.
    #[error("schema: {0}")]
    Schema(String),
    /// Templates are not taken: a link would not be proven.
    #[error("{file}: templates are not taken; write a policy for each link")]
    Template {
        /// The file.
        file: String,
    },
}

/// The schema of facts.
pub(crate) fn schema() -> Result<Schema, LoadError> {
    let (schema, warnings) =
        Schema::from_cedarschema_str(SCHEMA).map_err(|error| LoadError::Schema(error.to_string()))?;
    warnings.for_each(drop);
    Ok(schema)
}

impl Policies {
    /// The guardrails and default permits that ship with the product.
    pub fn builtin() -> Self {
        Self::with_agency(vec![file(AGENCY)])
    }

    /// The guardrails with an agency's own files in place of the default ones.
    pub fn with_agency(agency: Vec<PolicyFile>) -> Self {
        Self {
            guardrails: GUARDRAILS.into_iter().map(file).collect(),
            agency,
        }
    }

    /// The same with one more file of an agency.
    #[must_use]
    pub fn and(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.agency.push(PolicyFile {
            name: name.into(),
            text: text.into(),
        });
        self
    }

    /// A hash over schema and policies: the revision that decides.
    pub fn revision(&self) -> String {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(SCHEMA.as_bytes());
        for file in self.guardrails.iter().chain(&self.agency) {
            for part in [&file.name, &file.text] {
                hash.update(&(part.len() as u64).to_be_bytes());
                hash.update(part.as_bytes());
            }
        }
        hex::encode(hash.finish().as_ref().iter().take(8).copied().collect::<Vec<_>>())
    }

    pub(crate) fn check(&self, schema: &Schema) -> Result<Checked, LoadError> {
        let mut checked = Checked::default();
        for (files, guardrail) in [(&self.guardrails, true), (&self.agency, false)] {
            for file in files {
                checked.read(file, guardrail)?;
            }
        }
        checked.validate(schema)?;
        Ok(checked)
    }
}

fn file((name, text): (&str, &str)) -> PolicyFile {
    PolicyFile {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

/// What a policy says beside its condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) guardrail: bool,
    pub(crate) effect: Effect,
    pub(crate) reason: Option<Reason>,
    /// An obligation that a permit brings, and whether it is mandatory.
    pub(crate) obligation: Option<(String, bool)>,
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// Policies that fit the schema, each with its note.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) policies: PolicySet,
    pub(crate) notes: BTreeMap<PolicyId, Note>,
}

impl Checked {
    fn read(&mut self, file: &PolicyFile, guardrail: bool) -> Result<(), LoadError> {
        let name = || file.name.clone();
        let parsed: PolicySet =
            file.text
                .parse()
                .map_err(|error: cedar_policy::ParseErrors| LoadError::Parse {
                    file: name(),
                    message: error.to_string(),
                })?;
        if parsed.templates().next().is_some() {
            return Err(LoadError::Template { file: name() });
        }
        for policy in parsed.policies() {
            let written = policy.annotation("id").unwrap_or_default();
            let line = line_of(&file.text, written);
            if written.is_empty() {
                return Err(LoadError::NoId { file: name(), line });
            }
            let id = PolicyId::new(written);
            let reason = policy.annotation("reason").and_then(|code| code.parse().ok());
            if policy.effect() == Effect::Forbid && reason.is_none() {
                return Err(LoadError::NoReason {
                    file: name(),
                    line,
                    id: written.to_owned(),
                });
            }
            let mandatory = policy
                .annotation("mandatory")
                .is_some_and(|value| value == "true");
            let note = Note {
                guardrail,
                effect: policy.effect(),
                reason,
                obligation: policy
                    .annotation("obligation")
                    .map(|kind| (kind.to_owned(), mandatory)),
                file: name(),
                line,
            };
            if self.policies.add(policy.new_id(id.clone())).is_err() {
                return Err(LoadError::Duplicate {
                    file: name(),
                    line,
                    id: written.to_owned(),
                });
            }
            self.notes.insert(id, note);
        }
        Ok(())
    }

    fn validate(&self, schema: &Schema) -> Result<(), LoadError> {
        let validator = Validator::new(schema.clone());
        let result = validator.validate(&self.policies, ValidationMode::Strict);
        let first = |error: &&cedar_policy::ValidationError| {
            let note = self.notes.get(error.policy_id());
            (note.map(|note| (note.file.clone(), note.line)), error.to_string())
        };
        let Some(error) = result.validation_errors().min_by_key(first) else {
            return Ok(());
        };
        let note = self.notes.get(error.policy_id());
        Err(LoadError::Invalid {
            file: note.map(|note| note.file.clone()).unwrap_or_default(),
            line: note.map_or(0, |note| note.line),
            id: error.policy_id().to_string(),
            message: error.to_string(),
        })
    }

    /// The policies by the actions that their scope takes: for the proofs, which look at one action at a time.
    pub(crate) fn by_action(&self, schema: &Schema) -> Result<BTreeMap<&'static str, PolicySet>, LoadError> {
        let broken = |error: Unbuildable| LoadError::Schema(error.to_string());
        let groups = Groups::of(schema).map_err(broken)?;
        let mut sorted: BTreeMap<&'static str, PolicySet> = crate::action::actions()
            .map(|action| (action, PolicySet::new()))
            .collect();
        for policy in self.policies.policies() {
            for action in groups.of_policy(policy) {
                let taken = sorted.entry(action).or_default();
                taken.add(policy.clone()).map_err(|_| broken(Unbuildable))?;
            }
        }
        Ok(sorted)
    }
}

/// The line of the policy with that id, counted from 1; of the first policy without one.
fn line_of(text: &str, id: &str) -> usize {
    let mark = if id.is_empty() {
        "(principal".to_owned()
    } else {
        format!("@id(\"{id}\")")
    };
    text.lines()
        .position(|line| line.contains(&mark))
        .map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let schema = schema().unwrap();
        Policies::builtin()
            .and("mine.cedar", text)
            .check(&schema)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_shipped_policies_fit_the_schema() {
        let checked = Policies::builtin()
            .check(&schema().unwrap())
            .map_err(|error| error.to_string());
        checked.unwrap();
    }

    #[test]
    fn a_fault_names_policy_and_line() {
        let text = "// mine\n\n@id(\"x\")\npermit (principal, action, resource) when { principal.foo };";
        assert!(
            refused(text).starts_with("mine.cedar:3: policy `x`: "),
            "{}",
            refused(text)
        );
        assert!(refused("permit (principal, action, resource);").contains("needs an `@id`"));
        assert!(refused("@id(\"f\") forbid (principal, action, resource);").contains("needs an `@reason`"));
        assert!(refused("@id(\"industry\") permit (principal, action, resource);").contains("two policies"));
        assert!(
            refused("@id(\"t\") permit (principal == ?principal, action, resource);").contains("templates")
        );
    }
}
