// SPDX-License-Identifier: Apache-2.0
//! One scenario over the live world: any person, any moment, hypothetical facts. Not recorded as a
//! decision.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::row::{Defaults, run};
use crate::{Decision, Engine, Reason, Snapshot};

/// What would be decided.
#[derive(Debug, Clone, Serialize)]
pub struct Simulation {
    /// The decision.
    pub decision: Decision,
    /// What it rested on.
    pub inputs: Value,
    /// Every guard that fails.
    pub failing: Vec<Failed>,
}

/// A guard that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// Its number.
    pub number: u8,
    /// Its code.
    pub code: &'static str,
    /// What it means.
    pub text: &'static str,
}

impl From<Reason> for Failed {
    fn from(reason: Reason) -> Self {
        Self {
            number: reason.number(),
            code: reason.code(),
            text: reason.admin_text(),
        }
    }
}

/// Why a scenario cannot be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SimulateError {
    /// `at` is no moment.
    #[error("`at` is no moment in RFC 3339")]
    At,
    /// It is no object.
    #[error("a scenario is an object")]
    NotAnObject,
}

/// Runs one scenario object over `snapshot`. `facts` holds where it says nothing, in the form of a
/// scenario's `facts`; `now` where it has no `at`.
pub fn simulate(
    engine: &Engine,
    snapshot: &Snapshot,
    scenario: &Value,
    facts: &Value,
    now: DateTime<Utc>,
) -> Result<Simulation, SimulateError> {
    if !scenario.is_object() {
        return Err(SimulateError::NotAnObject);
    }
    let (decision, inputs) =
        run(engine, snapshot, scenario, &Defaults { facts, at: Some(now) }).ok_or(SimulateError::At)?;
    let failing = decision.failing.iter().copied().map(Failed::from).collect();
    Ok(Simulation {
        decision,
        inputs,
        failing,
    })
}
