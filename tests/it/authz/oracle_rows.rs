// SPDX-License-Identifier: Apache-2.0
//! The oracle itself is proven first: by every row whose answer is known.

use chrono::{DateTime, Utc};
use countersign_tests::oracle::decide;
use serde_json::Value;

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
const PUBLIC: &str = include_str!("../../../policies/scenarios/coalition.scenarios.json");
const EDGES: &str = include_str!("../../../policies/scenarios/edges.scenarios.json");

/// Rows of a file that the oracle answers otherwise.
fn disagreements(rows: &str) -> (usize, Vec<String>) {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let file: Value = serde_json::from_str(rows).unwrap();
    let at: DateTime<Utc> = file["at"].as_str().unwrap().parse().unwrap();
    let rows = file["scenarios"].as_array().unwrap();
    let mut wrong = Vec::new();
    for row in rows {
        let verdict = decide(&world, row, &file["defaults"], at);
        let expect = &row["expect"];
        let same_decision = expect["decision"] == verdict.decision;
        let same_reason = expect
            .get("reason")
            .is_none_or(|reason| Some(reason) == verdict.reason.map(Value::from).as_ref());
        let same_obligations = expect
            .get("obligations")
            .and_then(Value::as_array)
            .is_none_or(|kinds| {
                kinds.len() == verdict.obligations.len()
                    && kinds
                        .iter()
                        .all(|kind| verdict.obligations.contains(kind.as_str().unwrap()))
            });
        if !(same_decision && same_reason && same_obligations) {
            wrong.push(format!("{}: expected {expect}, got {verdict:?}", row["id"]));
        }
    }
    (rows.len(), wrong)
}

#[test]
fn the_oracle_knows_every_public_row() {
    assert_eq!(disagreements(PUBLIC), (78, Vec::new()));
}

#[test]
fn the_oracle_knows_every_edge_row() {
    let (rows, wrong) = disagreements(EDGES);
    assert_eq!(wrong, Vec::<String>::new());
    assert!(rows >= 60, "{rows}");
}

#[test]
fn the_engine_knows_every_edge_row() {
    let engine = countersign_authz::Engine::builtin().unwrap();
    let files = [("edges".to_owned(), EDGES.as_bytes().to_vec())];
    let report = countersign_authz::scenario::run_files(&engine, WORLD.as_bytes(), &files).unwrap();
    assert_eq!(report.failed(), 0, "{report}");
}
