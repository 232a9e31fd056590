// SPDX-License-Identifier: Apache-2.0
//! Why: everything that a decision rests on, written for one reader.
//!
//! Boundaries: nothing here decides, and nothing here runs unless somebody asks why; a decision is
//! taken by [`Engine::decide`] alone, and explained afterwards over the same question, facts, world
//! and moment. Every word that could tell of a label goes through a [`Pen`].
//!
//! Worked example: carol, cleared TOP SECRET by the UK, is refused a channel of CTS ATOMAL for her
//! device. An auditor cleared for NR reads that `channel-1` of `label-1` was asked for, that `level-1`
//! in UK was taken by the agreement UK-NATO, and that a device accredited for `label-1` would do.

mod changes;
mod clauses;
mod facts;
mod grants;
mod horizon;
mod inputs;
mod pen;

use cedar_policy::{Effect, PolicyId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

pub(crate) use clauses::Clauses;
pub use clauses::Joint;
pub use grants::{Effective, Step};
pub use horizon::Horizon;
pub use inputs::Input;
pub use pen::{Pen, Pseudonyms, WITHHELD};

use crate::cedar::{Asking, Frame};
use crate::resolve::{Case, resolve};
use crate::{Decision, Engine, Facts, NOT_AVAILABLE, NOT_AVAILABLE_TEXT, Question, Reason, Snapshot, Whom};
use changes::Spoken;
use clauses::Part;
use facts::Sight;

/// Why a decision came out as it did, for one reader.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// What could not be looked up, when that is the reason.
    pub fault: Option<String>,
    /// What was known, and where from.
    pub inputs: Vec<Input>,
    /// How the clearances of the people concerned stand to the label.
    pub clearances: Vec<Effective>,
    /// The policies that determined it.
    pub policies: Vec<Judged>,
    /// Every failing guard, with what would have to change.
    pub guards: Vec<Guard>,
    /// What the person herself may be told.
    pub person: Told,
}

/// A policy that determined a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// Its id.
    pub id: String,
    /// `forbid` or `permit`.
    pub effect: &'static str,
    /// The reason code of a forbid.
    pub reason: Option<&'static str>,
    /// The file it is in.
    pub file: String,
    /// The line on which it begins.
    pub line: usize,
    /// Its conditions; without any it always speaks.
    pub clauses: Vec<Clause>,
}

/// A part of a condition with its value here.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clause {
    /// Its Cedar text.
    pub text: String,
    /// How its parts make its value.
    pub joint: Joint,
    /// Its value; none where it was not reached or a fact is not there.
    pub value: Option<bool>,
    /// The facts that a test read.
    pub facts: Vec<Fact>,
    /// Its parts.
    pub parts: Vec<Clause>,
}

/// A fact that a test read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// Where it stands in the request to Cedar.
    pub name: String,
    /// Its value; null where it is not there.
    pub value: Value,
}

/// A guard that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guard {
    /// Its number.
    pub number: u8,
    /// Its code.
    pub code: &'static str,
    /// What it means.
    pub text: &'static str,
    /// What would have to change.
    pub changes: Vec<String>,
}

/// What the person may be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The reason code that she hears; none on a permit.
    pub reason: Option<&'static str>,
    /// It in words.
    pub text: Option<&'static str>,
    /// What she would have to change, as far as she may know it.
    pub changes: Vec<String>,
}

impl Engine {
    /// Explains what [`Engine::decide`] answers to the same arguments, to the reader of `horizon`.
    pub fn explain(
        &self,
        snapshot: &Snapshot,
        question: &Question,
        facts: &Facts,
        horizon: Horizon<'_>,
        names: &mut Pseudonyms,
        now: DateTime<Utc>,
    ) -> Explanation {
        let decision = self.decide(snapshot, question, facts, now);
        let case = resolve(question, facts, snapshot, snapshot.schemes(now), now);
        let fault = case.as_ref().err().map(ToString::to_string);
        let case = case.ok();
        let both = horizon.and(&question.subject);
        let person = self.told(&decision, question, case.as_ref(), snapshot, both);
        let mut pen = Pen::new(horizon, names);
        pen.about(question);
        let inputs = inputs::of(question, facts, snapshot, &mut pen);
        let clearances = case
            .as_ref()
            .map(|case| clearances(case, snapshot, now, &mut pen));
        let policies = case
            .as_ref()
            .map(|case| self.judged(&decision, case, snapshot, now, &mut pen));
        let guards = decision
            .failing
            .iter()
            .map(|reason| {
                let spoken = self.spoken(*reason, &decision);
                Guard {
                    number: reason.number(),
                    code: reason.code(),
                    text: meaning(*reason, &spoken, case.as_ref()),
                    changes: match self.unhonoured(&decision) {
                        Some(permits) => vec![format!(
                            "a chat server that honours the mandatory obligations of {permits}"
                        )],
                        None => changes::of(*reason, &spoken, case.as_ref(), snapshot, &mut pen),
                    },
                }
            })
            .collect();
        Explanation {
            fault,
            inputs,
            clearances: clearances.unwrap_or_default(),
            policies: policies.unwrap_or_default(),
            guards,
            person,
        }
    }

    /// The policies that forbid for `reason`, guardrails first.
    fn spoken<'d>(&self, reason: Reason, decision: &'d Decision) -> Vec<Spoken<'d>> {
        let of_reason = |policy: &'d String| {
            let note = self.checked.notes.get(&PolicyId::new(policy))?;
            (note.reason == Some(reason)).then_some(Spoken {
                policy,
                guardrail: note.guardrail,
            })
        };
        let mut spoken: Vec<Spoken<'d>> = decision.determining.iter().filter_map(of_reason).collect();
        spoken.sort_by_key(|spoken| !spoken.guardrail);
        spoken
    }

    /// The person's own text: nothing that she does not dominate, and no more than the reader may see.
    fn told(
        &self,
        decision: &Decision,
        question: &Question,
        case: Option<&Case<'_>>,
        snapshot: &Snapshot,
        horizon: Horizon<'_>,
    ) -> Told {
        let Some(reason) = decision.reason else {
            return Told {
                reason: None,
                text: None,
                changes: Vec::new(),
            };
        };
        if !decision.disclosed {
            return Told {
                reason: Some(NOT_AVAILABLE),
                text: Some(NOT_AVAILABLE_TEXT),
                changes: Vec::new(),
            };
        }
        let mut names = Pseudonyms::default();
        let mut pen = Pen::new(horizon, &mut names);
        pen.about(question);
        let spoken = self.spoken(reason, decision);
        Told {
            reason: Some(reason.code()),
            text: decision.user_text(),
            changes: changes::of(reason, &spoken, case, snapshot, &mut pen),
        }
    }

    /// The permits that came to nothing, because the chat server cannot honour what they oblige it to.
    fn unhonoured(&self, decision: &Decision) -> Option<String> {
        let is_permit = |id: &String| {
            let note = self.checked.notes.get(&PolicyId::new(id));
            note.is_some_and(|note| note.effect == Effect::Permit)
        };
        let permits = &decision.determining;
        let unhonoured = !decision.allowed() && !permits.is_empty() && permits.iter().all(is_permit);
        unhonoured.then(|| permits.join(", "))
    }

    fn judged(
        &self,
        decision: &Decision,
        case: &Case<'_>,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
        pen: &mut Pen<'_>,
    ) -> Vec<Judged> {
        let asking =
            Frame::of(case, snapshot, snapshot.schemes(now), now).and_then(|frame| self.judge.asking(&frame));
        let Ok(asking) = asking else {
            return Vec::new();
        };
        let clauses = self.clauses.get_or_init(|| Clauses::of(&self.checked.policies));
        let mut sight = Sight::new(case, pen);
        let judged = |id: &String| {
            let id = PolicyId::new(id);
            let note = self.checked.notes.get(&id)?;
            let parts = clauses.of_policy(&id).iter();
            Some(Judged {
                id: id.to_string(),
                effect: match note.effect {
                    Effect::Forbid => "forbid",
                    Effect::Permit => "permit",
                },
                reason: note.reason.map(Reason::code),
                file: note.file.clone(),
                line: note.line,
                clauses: parts
                    .map(|part| clause(part, &asking, &mut sight, true))
                    .collect(),
            })
        };
        decision.determining.iter().filter_map(judged).collect()
    }
}

fn clearances(case: &Case<'_>, snapshot: &Snapshot, now: DateTime<Utc>, pen: &mut Pen<'_>) -> Vec<Effective> {
    let at = |emergency| grants::At {
        snapshot,
        schemes: snapshot.schemes(now),
        now,
        emergency,
    };
    let mut all = Vec::new();
    if let Some(asked) = &case.asked {
        let at = at(case.action.takes_emergency());
        all.push(grants::effective(case.subject.id, "subject", asked, at, pen));
    }
    if let (Some(target), Some(asked)) = (case.target, &case.target_asked) {
        all.push(grants::effective(target.id, "target", asked, at(false), pen));
    }
    all
}

/// What a guard means for an administrator, by the first policy that spoke.
fn meaning(reason: Reason, spoken: &[Spoken<'_>], case: Option<&Case<'_>>) -> &'static str {
    match (spoken.first(), case) {
        (Some(first), Some(case)) if first.guardrail => {
            Whom::of_guardrail(first.policy, case.action.kind).admin_text(reason)
        }
        _ => reason.admin_text(),
    }
}

/// A part with its value. What Cedar does not come to, because the value was settled before, has none.
fn clause(part: &Part, asking: &Asking, sight: &mut Sight<'_, '_>, reached: bool) -> Clause {
    let value = reached
        .then(|| part.holds(&asking.request, &asking.entities))
        .flatten();
    let mut reached = reached;
    let mut parts = Vec::new();
    let mut first = None;
    for (at, inner) in part.parts.iter().enumerate() {
        let comes_to = match (part.joint, at) {
            (Joint::If, 1) => first == Some(true),
            (Joint::If, 2) => first == Some(false),
            _ => true,
        };
        let inner = clause(inner, asking, sight, reached && comes_to);
        match part.joint {
            Joint::All => reached &= inner.value == Some(true),
            Joint::Any => reached &= inner.value == Some(false),
            Joint::If if at == 0 => first = inner.value,
            Joint::If | Joint::Not | Joint::Test => {}
        }
        parts.push(inner);
    }
    let facts = part.facts.iter().filter(|_| value.is_some());
    let facts = facts
        .map(|(name, expression)| Fact {
            name: name.clone(),
            value: clauses::evaluate(expression.as_ref(), &asking.request, &asking.entities)
                .map_or(Value::Null, |found| sight.fact(name, &found)),
        })
        .collect();
    Clause {
        text: part.text.clone(),
        joint: part.joint,
        value,
        facts,
        parts,
    }
}
