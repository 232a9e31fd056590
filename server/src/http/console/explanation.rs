// SPDX-License-Identifier: Apache-2.0
//! Why, on the wire: what [`countersign_authz::explain`] says, in the words of the API document.

use countersign_authz::explain::{self, Joint};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Why a decision came out as it did, as far as you may know. What is above you bears a pseudonym
/// that holds within this answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// What could not be looked up, when that is the reason.
    pub fault: Option<String>,
    /// What was known, and where from.
    pub inputs: Vec<ExplainedInput>,
    /// How the clearances of the people concerned stand to the label.
    pub clearances: Vec<EffectiveClearance>,
    /// The policies that determined it.
    pub policies: Vec<DeterminingPolicy>,
    /// Every failing guard, with what would have to change.
    pub guards: Vec<FailingGuard>,
    /// What the person herself may be told.
    pub person: ToldPerson,
}

/// Something that was known.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedInput {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Where it came from.
    pub from: String,
}

/// How somebody's clearances stand to a label.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectiveClearance {
    /// Whose.
    pub person: String,
    /// `subject` or `target`.
    pub role: String,
    /// The label, in words.
    pub label: String,
    /// Each clearance on record.
    pub steps: Vec<ClearanceStep>,
    /// What came of it.
    pub result: String,
    /// Whether it suffices for the level.
    pub reaches: bool,
}

/// One clearance, considered by way of one agreement or none.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClearanceStep {
    /// The clearance as it is on file.
    pub clearance: Value,
    /// The agreement by which it was read in the label's scheme.
    pub agreement: Option<String>,
    /// What it reads as there.
    pub reads_as: Option<String>,
    /// Whether the decision rests on it.
    pub used: bool,
    /// Why it was taken or not.
    pub why: String,
}

/// A policy that determined a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeterminingPolicy {
    /// Its id.
    pub id: String,
    /// `forbid` or `permit`.
    pub effect: String,
    /// The reason code of a forbid.
    pub reason: Option<String>,
    /// The file it is in.
    pub file: String,
    /// The line on which it begins.
    pub line: usize,
    /// Its conditions; without any it always speaks.
    pub clauses: Vec<PolicyClause>,
}

/// A part of a policy's condition, with its value here.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyClause {
    /// Its Cedar text.
    pub text: String,
    /// How its parts make its value: `all`, `any`, `if`, `not`; `test` has none.
    pub joint: String,
    /// Its value; absent where Cedar did not come to it.
    pub value: Option<bool>,
    /// The facts that a test read.
    pub facts: Vec<ClauseFact>,
    /// Its parts.
    #[schema(no_recursion)]
    pub parts: Vec<PolicyClause>,
}

/// A fact that a test read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClauseFact {
    /// Where it stands in the request to Cedar.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// A guard that failed, with what would satisfy it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailingGuard {
    /// Its place in the order.
    pub number: u8,
    /// Its reason code.
    pub code: String,
    /// What it says.
    pub text: String,
    /// What would have to change.
    pub changes: Vec<String>,
}

/// What the person may be told.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToldPerson {
    /// The reason code that she hears; absent on a permit.
    pub reason: Option<String>,
    /// It in words.
    pub text: Option<String>,
    /// What she would have to change, as far as she may know it.
    pub changes: Vec<String>,
}

impl From<explain::Explanation> for Explanation {
    fn from(told: explain::Explanation) -> Self {
        Self {
            fault: told.fault,
            inputs: told
                .inputs
                .into_iter()
                .map(|input| ExplainedInput {
                    name: input.name,
                    value: input.value,
                    from: input.from,
                })
                .collect(),
            clearances: told.clearances.into_iter().map(Into::into).collect(),
            policies: told.policies.into_iter().map(Into::into).collect(),
            guards: told
                .guards
                .into_iter()
                .map(|guard| FailingGuard {
                    number: guard.number,
                    code: guard.code.to_owned(),
                    text: guard.text.to_owned(),
                    changes: guard.changes,
                })
                .collect(),
            person: ToldPerson {
                reason: told.person.reason.map(str::to_owned),
                text: told.person.text.map(str::to_owned),
                changes: told.person.changes,
            },
        }
    }
}

impl From<explain::Effective> for EffectiveClearance {
    fn from(held: explain::Effective) -> Self {
        let step = |step: explain::Step| ClearanceStep {
            clearance: step.clearance,
            agreement: step.agreement,
            reads_as: step.reads_as,
            used: step.used,
            why: step.why,
        };
        Self {
            person: held.person,
            role: held.role.to_owned(),
            label: held.label,
            steps: held.steps.into_iter().map(step).collect(),
            result: held.result,
            reaches: held.reaches,
        }
    }
}

impl From<explain::Judged> for DeterminingPolicy {
    fn from(policy: explain::Judged) -> Self {
        Self {
            id: policy.id,
            effect: policy.effect.to_owned(),
            reason: policy.reason.map(str::to_owned),
            file: policy.file,
            line: policy.line,
            clauses: policy.clauses.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<explain::Clause> for PolicyClause {
    fn from(clause: explain::Clause) -> Self {
        let joint = match clause.joint {
            Joint::All => "all",
            Joint::Any => "any",
            Joint::If => "if",
            Joint::Not => "not",
            Joint::Test => "test",
        };
        let fact = |fact: explain::Fact| ClauseFact {
            name: fact.name,
            value: fact.value,
        };
        Self {
            text: clause.text,
            joint: joint.to_owned(),
            value: clause.value,
            facts: clause.facts.into_iter().map(fact).collect(),
            parts: clause.parts.into_iter().map(Into::into).collect(),
        }
    }
}
