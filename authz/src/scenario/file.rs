// SPDX-License-Identifier: Apache-2.0
//! Scenario files: `at` and `defaults` for all, then the rows.

use countersign_directory::json;
use serde_json::Value;

use super::report::{Report, compare};
use super::row::{Defaults, moment, run};
use crate::{Engine, Snapshot};

/// Input that cannot be used: what and where, a line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines.join("\n"))]
pub struct InputError {
    /// The lines.
    pub lines: Vec<String>,
}

impl InputError {
    fn one(line: String) -> Self {
        Self { lines: vec![line] }
    }
}

/// Runs scenario files, each with its name, over a world file.
pub fn run_files(engine: &Engine, world: &[u8], files: &[(String, Vec<u8>)]) -> Result<Report, InputError> {
    let world = countersign_directory::world::parse(world).map_err(|faults| InputError {
        lines: faults.iter().map(ToString::to_string).collect(),
    })?;
    let snapshot = Snapshot::new(world, 0);
    let mut report = Report::default();
    for (name, bytes) in files {
        run_file(engine, &snapshot, name, bytes, &mut report)?;
    }
    Ok(report)
}

fn run_file(
    engine: &Engine,
    snapshot: &Snapshot,
    name: &str,
    bytes: &[u8],
    report: &mut Report,
) -> Result<(), InputError> {
    let wrong = |what: &str| InputError::one(format!("{name}: {what}"));
    let file = json::strict(bytes).map_err(|error| wrong(&error.to_string()))?;
    let rows = file.get("scenarios").and_then(Value::as_array);
    let rows = rows.ok_or_else(|| wrong("`scenarios` is missing or no array"))?;
    let at = match file.get("at") {
        Some(at) => Some(moment(at).ok_or_else(|| wrong("`at` is no moment in RFC 3339"))?),
        None => None,
    };
    let defaults = Defaults {
        facts: file.get("defaults").unwrap_or(&Value::Null),
        at,
    };
    for (index, row) in rows.iter().enumerate() {
        let place = || format!("scenarios[{index}]");
        let id = row
            .get("id")
            .and_then(Value::as_str)
            .map_or_else(place, str::to_owned);
        let expect = row
            .get("expect")
            .ok_or_else(|| wrong(&format!("{id}: `expect` is missing")))?;
        let (decision, _) = run(engine, snapshot, row, &defaults)
            .ok_or_else(|| wrong(&format!("{id}: `at` is missing or no moment in RFC 3339")))?;
        report.rows.push(compare(&id, expect, &decision));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORLD: &[u8] = include_bytes!("../../../policies/worlds/coalition.world.json");
    const ROWS: &[u8] = include_bytes!("../../../policies/scenarios/coalition.scenarios.json");

    #[test]
    fn all_public_scenarios_pass() {
        let engine = Engine::builtin().unwrap();
        let report = run_files(&engine, WORLD, &[("coalition".to_owned(), ROWS.to_vec())]).unwrap();
        assert_eq!(report.to_string(), "78 passed, 0 failed");
    }

    #[test]
    fn a_row_that_fails_says_how() {
        let engine = Engine::builtin().unwrap();
        let rows = br#"{"at": "2026-11-23T12:00:00Z", "scenarios": [{"id": "X", "subject": "ghost",
            "action": "channel.join", "resource": {"type": "channel", "id": "town"},
            "expect": {"decision": "allow", "obligations": []}}]}"#;
        let report = run_files(&engine, WORLD, &[("x".to_owned(), rows.to_vec())]).unwrap();
        assert_eq!(
            report.to_string(),
            "FAIL X: expected allow [], got deny PDP_INPUT [] (guard 1)\n0 passed, 1 failed"
        );
    }

    #[test]
    fn unusable_input_is_named() {
        let engine = Engine::builtin().unwrap();
        let run = |world: &[u8], rows: &[u8]| {
            run_files(&engine, world, &[("x.json".to_owned(), rows.to_vec())])
                .unwrap_err()
                .to_string()
        };
        assert!(run(b"{", b"{}").lines().count() == 1);
        assert_eq!(run(WORLD, b"{}"), "x.json: `scenarios` is missing or no array");
    }
}
