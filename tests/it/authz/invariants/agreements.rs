// SPDX-License-Identifier: Apache-2.0
//! Agreements between schemes.

use countersign_authz::Decision;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::{Pair, Table, labels_of, pairs};

fn crosses(row: &Value, table: &Table, from: &str, to: &str) -> bool {
    let world = table.world_of(row);
    let into = labels_of(row, &world)
        .iter()
        .any(|(_, _, label)| label["scheme"] == to)
        || row["context"]["label"]["scheme"] == to;
    let held = table.concerned(row).iter().any(|person| {
        let held = world["users"][person]["clearances"].as_array();
        held.into_iter()
            .flatten()
            .any(|clearance| clearance["scheme"] == from)
    });
    let mut moved = labels_of(row, &world);
    for quoted in row["context"]["quotes"].as_array().into_iter().flatten() {
        moved.extend(labels_of(&json!({"resource": quoted}), &world));
    }
    into && (held || moved.iter().any(|(_, _, label)| label["scheme"] == from))
}

#[test]
fn without_an_agreement_exactly_the_permits_that_used_it_are_gone() {
    let (mut gone, mut kept) = (0, 0);
    pairs(
        9,
        |table, row| {
            let world = table.world_of(row);
            let agreements = world["agreements"].as_object()?;
            let ids: Vec<&String> = agreements.keys().collect();
            let id = (*ids.choose(&mut table.rng)?).clone();
            let terms = agreements[&id].clone();
            Some(Pair {
                moved: terms,
                ..Pair::of(row, json!({"agreements": {id: null}}))
            })
        },
        |table, pair, before, after| {
            let terms = |name: &str| pair.moved[name].as_str().unwrap_or_default();
            if !crosses(&pair.before, table, terms("from"), terms("to")) {
                let told = |decision: &Decision| (decision.outcome, decision.failing.clone());
                assert_eq!(told(before), told(after), "{pair}");
                kept += usize::from(before.allowed());
            } else if before.allowed() && !after.allowed() {
                gone += 1;
                let lacks = [21, 22, 23, 24, 26, 32];
                let named = after
                    .failing
                    .iter()
                    .all(|reason| lacks.contains(&reason.number()));
                assert!(named, "{pair}: {:?}", after.failing);
            } else {
                assert_eq!(before.allowed(), after.allowed(), "{pair}");
            }
        },
    );
    assert!(gone > 0 && kept > 50, "{gone} gone, {kept} kept");
}
