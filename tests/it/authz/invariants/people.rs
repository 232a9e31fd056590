// SPDX-License-Identifier: Apache-2.0
//! Who is in the world: clearances, nationalities, accounts, members.

use chrono::{DateTime, Utc};
use countersign_authz::{Reason, Snapshot};
use countersign_tests::oracle::decide;
use countersign_tests::oracle::questions::Questions;
use rand::RngExt;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::{LEVELS, Pair, Table, channels, labels_of, pairs, patched, setting};

#[test]
fn a_further_clearance_never_turns_an_allow_into_a_deny() {
    let mut helped = 0;
    pairs(
        1,
        |table, row| {
            let people = table.concerned(row);
            let person = people.choose(&mut table.rng)?.clone();
            let world = table.world_of(row);
            let (mut scheme, mut levels) = *LEVELS.choose(&mut table.rng)?;
            if table.rng.random_bool(0.6) {
                let asked = labels_of(row, &world).into_iter().next()?.2;
                (scheme, levels) = *LEVELS.iter().find(|(id, _)| asked["scheme"] == *id)?;
            }
            let level = if table.rng.random_bool(0.5) {
                levels.last()
            } else {
                levels.choose(&mut table.rng)
            };
            let state = if table.rng.random_bool(0.8) {
                "active"
            } else {
                "suspended"
            };
            let mut held = world["users"][&person]["clearances"].clone();
            held.as_array_mut()?.push(json!({
                "scheme": scheme, "level": level, "state": state,
                "kind": "personnel", "compartments": ["ATOMAL", "SI"],
                "valid_from": "2021-01-01T00:00:00Z", "valid_until": "2031-01-01T00:00:00Z",
            }));
            Some(Pair::of(row, json!({"users": {person: {"clearances": held}}})))
        },
        |_, pair, before, after| {
            assert!(
                !before.allowed() || after.allowed(),
                "{pair}\n{:?}",
                after.failing
            );
            helped += usize::from(!before.allowed() && after.allowed());
        },
    );
    assert!(helped > 0, "no clearance ever helped: nothing was tried");
}

#[test]
fn a_further_nationality_denies_only_what_is_for_nationals_alone() {
    let mut denied = 0;
    pairs(
        2,
        |table, row| {
            let people = table.concerned(row);
            let person = people.choose(&mut table.rng)?.clone();
            let mut held = table.world_of(row)["users"][&person]["nationalities"].clone();
            let nation = *["DEU", "FRA", "GBR", "USA", "CHE"].choose(&mut table.rng)?;
            held.as_array_mut()?.push(json!(nation));
            let mut row = row.clone();
            if table.rng.random_bool(0.3) {
                // More of what the exception is about.
                let channel = channels(&row, &table.world_of(&row)).into_iter().next()?;
                row = patched(
                    &row,
                    &json!({"channels": {channel: {"label": {"nationals_only": true}}}}),
                );
            }
            Some(Pair::of(
                &row,
                json!({"users": {person: {"nationalities": held}}}),
            ))
        },
        |_, pair, before, after| {
            if before.allowed() && !after.allowed() {
                denied += 1;
                let named = [Reason::NationalOnly, Reason::MembersNotCleared];
                assert!(
                    after.failing.iter().all(|reason| named.contains(reason)),
                    "{pair}\n{:?}",
                    after.failing
                );
            }
        },
    );
    assert!(denied > 0, "the exception was never met");
}

#[test]
fn whoever_is_disabled_is_denied_everything() {
    pairs(
        5,
        |_, row| {
            let subject = row["subject"].as_str()?;
            Some(Pair::of(row, json!({"users": {subject: {"status": "disabled"}}})))
        },
        |_, pair, _, after| assert!(!after.allowed(), "{pair}"),
    );
}

#[test]
fn every_member_may_join_or_is_to_leave() {
    let table = Table::new(7);
    let (mut worlds, mut stay, mut leave) = (0, 0, 0);
    for row in Questions::new(&table.world, 7).take(setting("COUNTERSIGN_TEST_QUESTIONS", 150)) {
        let Some(at) = row["at"].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok()) else {
            continue;
        };
        let world = table.world_of(&row);
        let Ok(read) = countersign_directory::world::parse(world.to_string().as_bytes()) else {
            continue;
        };
        worlds += 1;
        let snapshot = Snapshot::new(read, 1);
        for (channel, entry) in world["channels"].as_object().unwrap() {
            let evicted = table.engine.evictions(&snapshot, channel, at);
            let members = entry["members"].as_array().into_iter().flatten();
            for member in members.filter_map(Value::as_str) {
                // The person alone: no session, no device; a closed channel keeps those it has.
                let asked = json!({
                    "subject": member, "action": "channel.join",
                    "resource": {"type": "channel", "id": channel}, "facts": {"session": null, "device": null},
                });
                let alone = |number: &u8| ![10, 33, 34, 35, 38].contains(number);
                let verdict = decide(&world, &asked, &json!({}), at);
                let first = verdict.failing.into_iter().find(alone);
                let found = evicted.iter().find(|(person, _)| person.as_str() == member);
                let found = found.map(|(_, reason)| reason.number());
                assert_eq!(found, first, "{member} in {channel} at {at}: {}", row["given"]);
                match found {
                    Some(_) => leave += 1,
                    None => stay += 1,
                }
            }
        }
    }
    assert!(
        worlds > 50 && stay > 100 && leave > 100,
        "{worlds} {stay} {leave}"
    );
}
