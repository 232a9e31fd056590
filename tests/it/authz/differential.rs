// SPDX-License-Identifier: Apache-2.0
//! Engine against oracle: the same questions, two readings of the guards, one answer.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use countersign_authz::{Engine, Outcome, Snapshot, scenario};
use countersign_tests::oracle::questions::Questions;
use countersign_tests::oracle::{Verdict, decide, small_worlds};
use serde_json::{Value, json};

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
/// How many random questions, and every how many-th small world, unless the environment says otherwise.
const QUESTIONS: usize = 4_000;
const STRIDE: usize = 1;
const NOON: &str = "2026-11-23T12:00:00Z";

/// What is compared: decision, reason, all failing guards, obligations, whether the true code may go out.
type Answer = (String, Option<String>, Vec<u8>, Vec<String>, bool);

fn of_oracle(verdict: Verdict) -> Answer {
    let obligations = verdict.obligations.iter().map(ToString::to_string).collect();
    (
        verdict.decision.to_owned(),
        verdict.reason.map(str::to_owned),
        verdict.failing,
        obligations,
        verdict.disclosed,
    )
}

fn of_engine(simulation: &scenario::Simulation) -> Answer {
    let decision = &simulation.decision;
    let mut obligations: Vec<String> = Vec::new();
    if decision.outcome == Outcome::Allow {
        obligations = decision
            .obligations
            .iter()
            .map(|obligation| obligation.kind.clone())
            .collect();
        obligations.sort();
    }
    let failing: Vec<u8> = simulation.failing.iter().map(|failed| failed.number).collect();
    let reason = decision.reason.map(|reason| reason.code().to_owned());
    (
        decision.outcome.as_str().to_owned(),
        reason,
        failing,
        obligations,
        decision.disclosed,
    )
}

/// Asks both, and counts by answer. Panics at the first rows on which they differ.
fn compare(world: &Value, rows: impl Iterator<Item = Value>) -> BTreeMap<String, usize> {
    let text = world.to_string();
    let snapshot = Snapshot::new(countersign_directory::world::parse(text.as_bytes()).unwrap(), 0);
    let engine = Engine::builtin().unwrap();
    let facts = json!({
        "session": {"aal": 3, "auth_age_minutes": 10, "idle_minutes": 0, "revoked": false},
        "device": "ns",
        "location": "DE",
    });
    let noon: DateTime<Utc> = NOON.parse().unwrap();
    let (mut seen, mut asked, mut differ) = (BTreeMap::new(), 0, Vec::new());
    for row in rows {
        let expected = of_oracle(decide(world, &row, &facts, noon));
        let got = of_engine(&scenario::simulate(&engine, &snapshot, &row, &facts, noon).unwrap());
        let key = expected
            .1
            .clone()
            .unwrap_or_else(|| format!("{} {}", expected.0, row["action"]));
        *seen.entry(key).or_default() += 1;
        asked += 1;
        if expected != got {
            differ.push(format!("{row}\n  oracle {expected:?}\n  engine {got:?}"));
        }
    }
    let first: Vec<&str> = differ.iter().take(5).map(String::as_str).collect();
    assert!(
        differ.is_empty(),
        "{} of {asked} differ, first:\n{}",
        differ.len(),
        first.join("\n")
    );
    seen
}

/// A number from the environment, for longer runs than those of every day.
fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn engine_and_oracle_agree_on_random_questions() {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let seed = setting("COUNTERSIGN_TEST_SEED", 20_261_123);
    let count = setting("COUNTERSIGN_TEST_QUESTIONS", QUESTIONS);
    let seen = compare(&world, Questions::new(&world, seed as u64).take(count));
    let reasons = seen.keys().filter(|key| !key.contains(' ')).count();
    let allowed = seen.keys().filter(|key| key.starts_with("allow")).count();
    assert!(
        reasons >= 35 && allowed >= 20,
        "the draw has become one-sided: {seen:?}"
    );
}

/// Compares small worlds, in which all these answers must be met.
fn compare_small(rows: impl Iterator<Item = Value>, met: &[&str]) {
    let stride = setting("COUNTERSIGN_TEST_STRIDE", STRIDE);
    let seen = compare(&small_worlds::world(), rows.step_by(stride));
    for answer in ["allow \"channel.discover\"", "CLEARANCE_LEVEL", "NO_EQUIVALENCE"]
        .iter()
        .chain(met)
    {
        assert!(seen.contains_key(*answer), "{answer}: {seen:?}");
    }
}

#[test]
fn engine_and_oracle_agree_on_one_clearance() {
    compare_small(small_worlds::of_one_clearance(), &["BRIEFING_MISSING"]);
}

#[test]
fn engine_and_oracle_agree_on_two_clearances() {
    let met = ["CLEARANCE_SUSPENDED", "CLEARANCE_EXPIRED", "COMPARTMENT_MISSING"];
    compare_small(small_worlds::pairs_of_clearances(), &met);
}

#[test]
fn engine_and_oracle_agree_on_every_standing_of_two_clearances() {
    let met = ["CLEARANCE_SUSPENDED", "CLEARANCE_EXPIRED", "COMPARTMENT_MISSING"];
    compare_small(small_worlds::pairs_of_standings(), &met);
}
