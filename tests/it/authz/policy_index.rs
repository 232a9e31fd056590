// SPDX-License-Identifier: Apache-2.0
//! Compiled and sorted policies against Cedar over all of them: a debug build compares each answer.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use countersign_authz::{Engine, Policies, Snapshot, scenario};
use countersign_labels::Schemes;
use countersign_tests::oracle::questions::Questions;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
const NOON: &str = "2026-11-23T12:00:00Z";

const ACTIONS: [&str; 6] = [
    "action",
    "action == Action::\"message.read\"",
    "action == Action::\"channel.join\"",
    "action in Action::\"content\"",
    "action in [Action::\"writing\", Action::\"channel.discover\"]",
    "action in Action::\"administration\"",
];

/// Conditions on facts that every question has.
const CONDITIONS: [&str; 14] = [
    "when { context.device.rank >= 3 }",
    "when { context.now > 1790000000000 } unless { context.device.managed }",
    "when { context has session && context.session.aal < 2 }",
    "unless { context has session && context.session.signed_in_for <= 3600000 }",
    "when { principal.roles.contains(\"guest\") }",
    "when { principal.kind != \"industry\" && !principal.sponsored }",
    "when { principal.nationalities.containsAny([\"DEU\", \"FRA\"]) }",
    "when { [\"DEU\", \"FRA\", \"POL\"].containsAll(principal.nationalities) }",
    "when { if principal has agency then principal.agency == \"bundeswehr\" else principal.missions.isEmpty() }",
    "when { action == Action::\"message.read\" || action in Action::\"clears_target\" }",
    "when { context has server.rank && context.server.rank > 1 }",
    "when { principal == User::\"alice\" }",
    "when { principal.id like \"a*\" }",
    "",
];

/// An agency's policies, of every shape that a scope can have.
fn policies(world: &Value, count: usize, rng: &mut StdRng) -> String {
    let ids = |map: &str| -> Vec<String> { world[map].as_object().unwrap().keys().cloned().collect() };
    let (people, channels, messages) = (ids("users"), ids("channels"), ids("messages"));
    let mut text = String::new();
    for number in 0..count {
        let person = people.choose(rng).unwrap();
        let channel = channels.choose(rng).unwrap();
        let message = messages.choose(rng).unwrap();
        let principal = [
            "principal".to_owned(),
            "principal is User".to_owned(),
            format!("principal == User::\"{person}\""),
            format!("principal in User::\"{person}\""),
            format!("principal is User in User::\"{person}\""),
        ];
        let resource = [
            "resource".to_owned(),
            "resource is Channel".to_owned(),
            format!("resource == Channel::\"{channel}\""),
            format!("resource in Channel::\"{channel}\""),
            format!("resource is Item in Channel::\"{channel}\""),
            format!("resource == Item::\"message:{message}\""),
        ];
        let effect = if rng.random_bool(0.7) {
            "@reason(\"NEED_TO_KNOW\") forbid"
        } else {
            "permit"
        };
        writeln!(
            text,
            "@id(\"mine-{number}\") {effect} ({}, {}, {}) {};",
            principal.choose(rng).unwrap(),
            ACTIONS.choose(rng).unwrap(),
            resource.choose(rng).unwrap(),
            CONDITIONS.choose(rng).unwrap(),
        )
        .unwrap();
    }
    text
}

#[test]
fn sorted_policies_answer_as_cedar_does_over_all() {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let snapshot = Snapshot::new(countersign_directory::world::parse(WORLD.as_bytes()).unwrap(), 0);
    let noon: DateTime<Utc> = NOON.parse().unwrap();
    let facts = json!({"session": {"aal": 3, "auth_age_minutes": 10, "idle_minutes": 0}, "device": "ns"});
    let mut by_agency = 0;
    for seed in 0..6 {
        let mut rng = StdRng::seed_from_u64(seed);
        let text = policies(&world, 60, &mut rng);
        let shipped = Policies::builtin().and("mine.cedar", text);
        let engine = Engine::new(Schemes::builtin(), &shipped).unwrap();
        for row in Questions::new(&world, seed).take(250) {
            let asked = scenario::simulate(&engine, &snapshot, &row, &facts, noon).unwrap();
            let mine = |policy: &String| policy.starts_with("mine-");
            by_agency += usize::from(asked.decision.determining.iter().any(mine));
        }
        assert!(!engine.has_differed());
    }
    assert!(
        by_agency > 300,
        "the agency's policies decided only {by_agency} questions"
    );
}
