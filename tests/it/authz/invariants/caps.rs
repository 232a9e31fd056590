// SPDX-License-Identifier: Apache-2.0
//! What surrounds a person: session, device, node.

use std::collections::BTreeSet;

use countersign_authz::Outcome;
use rand::RngExt;
use serde_json::{Value, json};

use super::{LEVELS, Pair, pairs};

#[test]
fn what_assurance_alone_denies_is_allowed_at_the_level_that_step_up_names() {
    let mut stepped = 0;
    pairs(
        4,
        |table, row| {
            let mut row = row.clone();
            row["facts"]["session"] =
                json!({"aal": table.rng.random_range(0..3), "auth_age_minutes": 30, "idle_minutes": 0});
            Some(Pair::of(&row, json!({})))
        },
        |table, pair, decision, _| {
            let row = &pair.before;
            if decision.outcome != Outcome::StepUp {
                return;
            }
            stepped += 1;
            let needed = decision.step_up.unwrap();
            let mut again = row.clone();
            again["facts"]["session"] = json!({"aal": needed.aal, "auth_age_minutes": 0, "idle_minutes": 0});
            let after = table.ask(&again);
            assert!(after.allowed(), "{row}\n{:?}", after.failing);
            if needed.aal > 1 {
                again["facts"]["session"]["aal"] = json!(needed.aal - 1);
                assert!(!table.ask(&again).allowed(), "less would have done: {row}");
            }
        },
    );
    assert!(stepped > 20, "{stepped}");
}

#[test]
fn a_weaker_device_node_or_session_never_opens_anything() {
    let mut closed = BTreeSet::new();
    pairs(
        14,
        |table, row| {
            // Within the lifetime of every level: a session ends, it does not sink to a lower one.
            let mut row = row.clone();
            let aal = table.rng.random_range(1..4);
            row["facts"]["session"] = json!({"aal": aal, "auth_age_minutes": 3, "idle_minutes": 0});
            let device = row["facts"]["device"].as_str().map(str::to_owned);
            let node = row["context"]["node"].as_str().map(str::to_owned);
            let lower = |thing: &Value| -> Value {
                let mut held = thing["accreditation"].clone();
                let scheme = held["scheme"].as_str().unwrap_or_default().to_owned();
                let levels = LEVELS.iter().find(|(id, _)| *id == scheme);
                let own = levels.and_then(|(_, all)| all.iter().position(|level| held["level"] == *level));
                match (levels, own) {
                    (Some((_, all)), Some(own)) if own > 0 => {
                        held["level"] = json!(all[own - 1]);
                        held["compartments"] = json!([]);
                        held
                    }
                    _ => Value::Null,
                }
            };
            let world = table.world_of(&row);
            Some(match table.rng.random_range(0..3) {
                0 => {
                    let device = device.unwrap_or_else(|| "cts".to_owned());
                    // Strongly signed in, so that the device is what counts; every other one loses all.
                    row["facts"]["session"]["aal"] = json!(3);
                    row["facts"]["device"] = json!(device);
                    let held = match table.rng.random_range(0..2) {
                        0 => lower(&world["devices"][&device]),
                        _ => Value::Null,
                    };
                    Pair::of(&row, json!({"devices": {device: {"accreditation": held}}}))
                }
                1 => {
                    // Few questions name a node, and of those few hang on it alone. So a question about a channel
                    // becomes one about a call there, from where all else is strong, by a node that loses all.
                    let (node, held) = if row["resource"]["type"] == "channel" {
                        row["action"] = json!("call.join");
                        row["facts"]["device"] = json!("cts");
                        row["facts"]["session"]["aal"] = json!(3);
                        ("nato-pol".to_owned(), Value::Null)
                    } else {
                        let node = node?;
                        let held = lower(world["nodes"].get(&node)?);
                        (node, held)
                    };
                    row["context"]["node"] = json!(node);
                    Pair::of(&row, json!({"nodes": {node: {"accreditation": held}}}))
                }
                _ => {
                    let mut pair = Pair::of(&row, json!({"session": aal - 1}));
                    pair.after = row.clone();
                    pair.after["facts"]["session"]["aal"] = json!(aal - 1);
                    pair
                }
            })
        },
        |_, pair, before, after| {
            assert!(
                before.allowed() || !after.allowed(),
                "{pair}\n{:?}",
                before.failing
            );
            if before.allowed() && !after.allowed() {
                closed.extend(pair.moved.as_object().unwrap().keys().cloned());
            }
        },
    );
    assert_eq!(closed.len(), 3, "only these ever closed anything: {closed:?}");
}
