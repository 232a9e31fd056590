// SPDX-License-Identifier: Apache-2.0
//! What stands on a label.

use countersign_authz::Reason;
use rand::RngExt;
use rand::seq::IndexedRandom;
use serde_json::json;

use super::{Pair, labels_of, levels_above, pairs};

#[test]
fn a_stricter_label_never_opens_anything_to_a_reader() {
    let mut closed = 0;
    pairs(
        3,
        |table, row| {
            let reads = ["message.read", "archive.read", "file.download", "channel.join"];
            if !reads.iter().any(|action| row["action"] == *action) {
                return None;
            }
            let world = table.world_of(row);
            let labels = labels_of(row, &world);
            let (map, id, mut label) = labels.choose(&mut table.rng)?.clone();
            match table.rng.random_range(0..3) {
                0 => label["level"] = json!(levels_above(&label).choose(&mut table.rng)?),
                1 => {
                    let mut held = label["compartments"].as_array().cloned().unwrap_or_default();
                    held.push(json!(*["ATOMAL", "SI", "SENSITIVE"].choose(&mut table.rng)?));
                    label["compartments"] = json!(held);
                }
                _ => {
                    // Fewer than were named; where none were, one of the default audience.
                    let scheme = label["scheme"].as_str().unwrap_or_default();
                    let fewer = match label["releasable_to"].as_array() {
                        Some(named) => named.iter().skip(1).cloned().collect(),
                        None => vec![json!(match scheme {
                            "FR" => "FRA",
                            "UK" => "GBR",
                            "US" => "USA",
                            "CH" => "CHE",
                            _ => "DEU",
                        })],
                    };
                    label["releasable_to"] = json!(fewer);
                }
            }
            Some(Pair::of(row, json!({map: {id: {"label": label}}})))
        },
        |_, pair, before, after| {
            closed += usize::from(before.allowed() && !after.allowed());
            if before.allowed() || before.failing.as_slice() == [Reason::BriefingMissing] {
                return;
            }
            assert!(!after.allowed(), "{pair}\n{:?}", before.failing);
        },
    );
    assert!(closed > 0, "no label ever closed anything");
}

#[test]
fn a_floating_channel_answers_as_one_of_portions_to_the_letter() {
    let mut differs_from_fixed = 0;
    pairs(
        5,
        |table, row| {
            let all_as = |mode: &str| {
                let channels = super::channels(row, &table.world_of(row));
                let modes = channels.into_iter().map(|id| (id, json!({"label_mode": mode})));
                json!({"channels": modes.collect::<serde_json::Map<_, _>>()})
            };
            let fixed = table.ask(&super::patched(row, &all_as("fixed")));
            let pair = Pair {
                before: super::patched(row, &all_as("portion")),
                after: super::patched(row, &all_as("floating")),
                moved: all_as("floating"),
            };
            differs_from_fixed += usize::from(fixed.failing != table.ask(&pair.before).failing);
            Some(pair)
        },
        |_, pair, portion, floating| {
            assert_eq!(portion.outcome, floating.outcome, "{pair}");
            assert_eq!(portion.failing, floating.failing, "{pair}");
            assert_eq!(portion.obligations, floating.obligations, "{pair}");
        },
    );
    assert!(differs_from_fixed > 0, "the mode never mattered");
}
