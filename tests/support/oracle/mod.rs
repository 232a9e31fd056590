// SPDX-License-Identifier: Apache-2.0
//! The oracle: the decision guards read a second time, straight from their text. Slow and obvious on
//! purpose, over plain JSON, and sharing nothing with the rooms that it checks: the test is worth as
//! much as the two readings are independent. It answers questions in the form of scenario rows.

mod clearance;
mod disclosure;
mod guards;
mod likeness;
mod need;
mod obligations;
pub mod questions;
pub mod small_worlds;
mod terms;
mod within;
mod world;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use world::merge;

/// What the guards say to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// `allow`, `deny` or `step_up`.
    pub decision: &'static str,
    /// The code of the first failing guard.
    pub reason: Option<&'static str>,
    /// The numbers of all failing guards, ascending.
    pub failing: Vec<u8>,
    /// On an allow, what it obliges to.
    pub obligations: BTreeSet<&'static str>,
    /// Whether the true code may go out to a connected server.
    pub disclosed: bool,
}

/// What cannot be evaluated, or is unknown: guard 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Input;

type Read<T> = Result<T, Input>;

/// Decides a scenario row: its `given` patches `world`, its `facts` and `at` stand over the others.
pub fn decide(world: &Value, scenario: &Value, defaults: &Value, at: DateTime<Utc>) -> Verdict {
    let mut facts = defaults.clone();
    if let Some(patch) = scenario.get("facts") {
        merge(&mut facts, patch);
    }
    let at = match scenario.get("at") {
        Some(at) => world::moment(at).expect("a scenario's `at` is a moment"),
        None => at,
    };
    let patched = scenario.get("given").map(|given| {
        let mut world = world.clone();
        merge(&mut world, given);
        world
    });
    let world = patched.as_ref().unwrap_or(world);
    match likeness::read(world, scenario, &facts, at) {
        Ok(case) => match guards::failing(&case) {
            Ok(failing) => verdict(&case, failing).unwrap_or_else(|Input| unusable()),
            Err(Input) => unusable(),
        },
        Err(Input) => unusable(),
    }
}

fn unusable() -> Verdict {
    Verdict {
        decision: "deny",
        reason: Some(guards::code(1)),
        failing: vec![1],
        obligations: BTreeSet::new(),
        disclosed: false,
    }
}

fn verdict(case: &likeness::Case<'_>, failing: Vec<u8>) -> Read<Verdict> {
    let decision = match failing.as_slice() {
        [] => "allow",
        [38] => "step_up",
        _ => "deny",
    };
    let obligations = if failing.is_empty() {
        obligations::of(case)
    } else {
        BTreeSet::new()
    };
    Ok(Verdict {
        decision,
        reason: failing.first().map(|first| guards::code(*first)),
        disclosed: failing.is_empty() || disclosure::disclosed(case)?,
        failing,
        obligations,
    })
}
