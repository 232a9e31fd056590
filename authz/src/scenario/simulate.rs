// SPDX-License-Identifier: Apache-2.0
//! One scenario over the live world: any person, any moment, hypothetical facts. Not recorded as a
//! decision.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::row::{Defaults, Row};
use crate::explain::{Explanation, Horizon, Pen, Pseudonyms};
use crate::{Decision, Engine, Inputs, Reason, Snapshot};

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
    let horizon = Horizon::everything(snapshot, now);
    simulate_for(engine, snapshot, scenario, facts, horizon, now)
}

/// The same, told to the reader of `horizon`, who knows no more for what she supposes.
pub fn simulate_for(
    engine: &Engine,
    snapshot: &Snapshot,
    scenario: &Value,
    facts: &Value,
    horizon: Horizon<'_>,
    now: DateTime<Utc>,
) -> Result<Simulation, SimulateError> {
    let row = read(snapshot, scenario, facts, now)?;
    Ok(simulated(
        engine,
        snapshot,
        &row,
        horizon,
        &mut Pseudonyms::default(),
    ))
}

/// The same, and why.
pub fn explain(
    engine: &Engine,
    snapshot: &Snapshot,
    scenario: &Value,
    facts: &Value,
    horizon: Horizon<'_>,
    now: DateTime<Utc>,
) -> Result<(Simulation, Explanation), SimulateError> {
    let row = read(snapshot, scenario, facts, now)?;
    let mut names = Pseudonyms::default();
    let simulation = simulated(engine, snapshot, &row, horizon, &mut names);
    let world = row.patched.as_ref().unwrap_or(snapshot);
    let explanation = engine.explain(world, &row.question, &row.facts, horizon, &mut names, row.at);
    Ok((simulation, explanation))
}

fn read(
    snapshot: &Snapshot,
    scenario: &Value,
    facts: &Value,
    now: DateTime<Utc>,
) -> Result<Row, SimulateError> {
    if !scenario.is_object() {
        return Err(SimulateError::NotAnObject);
    }
    Row::read(snapshot, scenario, &Defaults { facts, at: Some(now) }).ok_or(SimulateError::At)
}

fn simulated(
    engine: &Engine,
    snapshot: &Snapshot,
    row: &Row,
    horizon: Horizon<'_>,
    names: &mut Pseudonyms,
) -> Simulation {
    let world = row.patched.as_ref().unwrap_or(snapshot);
    let decision = engine.decide(world, &row.question, &row.facts, row.at);
    let failing = decision.failing.iter().copied().map(Failed::from).collect();
    let mut pen = Pen::new(horizon, names);
    pen.about(&row.question);
    let inputs = pen.value(&Inputs::of(&row.question, &row.facts, snapshot, row.at).to_value());
    Simulation {
        decision,
        inputs,
        failing,
    }
}
