// SPDX-License-Identifier: Apache-2.0
//! What must hold in every world: how an answer moves when one thing in the world moves. Random
//! questions over random patches of the coalition world; the exceptions are those that the guards name.

mod agreements;
mod caps;
mod function;
mod labels;
mod people;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use countersign_authz::{Decision, Engine, Snapshot, scenario};
use countersign_tests::oracle::merge;
use countersign_tests::oracle::questions::Questions;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

const WORLD: &str = include_str!("../../../../policies/worlds/coalition.world.json");
const NOON: &str = "2026-11-23T12:00:00Z";
/// Questions per property, unless the environment says otherwise.
const QUESTIONS: usize = 900;

const LEVELS: [(&str, &[&str]); 7] = [
    ("NATO", &["NU", "NR", "NC", "NS", "CTS"]),
    ("EU", &["R-UE", "C-UE", "S-UE", "TS-UE"]),
    ("DE", &["OFFEN", "VS-NfD", "VS-V", "GEHEIM", "STRENG GEHEIM"]),
    ("FR", &["NP", "DR", "SECRET", "TRES SECRET"]),
    ("UK", &["OFFICIAL", "SECRET", "TOP SECRET"]),
    ("US", &["U", "C", "S", "TS"]),
    ("CH", &["NON", "INTERN", "VERTRAULICH", "GEHEIM"]),
];

/// The engine over the coalition world, and random questions.
struct Table {
    engine: Engine,
    snapshot: Snapshot,
    world: Value,
    facts: Value,
    rng: StdRng,
}

impl Table {
    fn new(seed: u64) -> Self {
        Self {
            engine: Engine::builtin().unwrap(),
            snapshot: Snapshot::new(countersign_directory::world::parse(WORLD.as_bytes()).unwrap(), 0),
            world: serde_json::from_str(WORLD).unwrap(),
            facts: json!({
                "session": {"aal": 3, "auth_age_minutes": 10, "idle_minutes": 0, "revoked": false},
                "device": "cts",
                "location": "DE",
            }),
            rng: StdRng::seed_from_u64(seed),
        }
    }

    fn ask(&self, row: &Value) -> Decision {
        let noon: DateTime<Utc> = NOON.parse().unwrap();
        scenario::simulate(&self.engine, &self.snapshot, row, &self.facts, noon)
            .unwrap()
            .decision
    }

    /// The world that the row asks about, as its file would be.
    fn world_of(&self, row: &Value) -> Value {
        let mut world = self.world.clone();
        if let Some(given) = row.get("given") {
            merge(&mut world, given);
        }
        world
    }

    /// Those whom the row concerns: subject, target, members of the channels.
    fn concerned(&self, row: &Value) -> Vec<String> {
        let world = self.world_of(row);
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let named = [
            row["subject"].as_str(),
            row["context"]["target"]["id"].as_str(),
            row["resource"]["id"].as_str(),
        ];
        ids.extend(named.into_iter().flatten().map(str::to_owned));
        for channel in channels(row, &world) {
            let members = world["channels"][&channel]["members"].as_array();
            let members = members.into_iter().flatten().filter_map(Value::as_str);
            ids.extend(members.map(str::to_owned));
        }
        ids.retain(|id| world["users"].get(id).is_some());
        ids.into_iter().collect()
    }
}

/// The channels by which the row is judged.
fn channels(row: &Value, world: &Value) -> Vec<String> {
    let map = |kind: &str| if kind == "file" { "files" } else { "messages" };
    let of = |thing: &Value| {
        let (kind, id) = (thing["type"].as_str()?, thing["id"].as_str()?);
        if kind == "channel" {
            return Some(id.to_owned());
        }
        world[map(kind)][id]["channel"]
            .as_str()
            .or(thing["properties"]["channel"].as_str())
            .map(str::to_owned)
    };
    let found: BTreeSet<String> = [of(&row["resource"]), of(&row["context"]["to"])]
        .into_iter()
        .flatten()
        .filter(|id| world["channels"].get(id).is_some())
        .collect();
    found.into_iter().collect()
}

/// The same row in a world that differs by `patch` too.
fn patched(row: &Value, patch: &Value) -> Value {
    let mut row = row.clone();
    let mut given = row.get("given").cloned().unwrap_or_else(|| json!({}));
    put_together(&mut given, patch);
    row["given"] = given;
    row
}

/// Puts two merge patches together; the later one wins.
fn put_together(first: &mut Value, second: &Value) {
    let (Value::Object(held), Value::Object(second)) = (&mut *first, second) else {
        *first = second.clone();
        return;
    };
    for (name, value) in second {
        put_together(held.entry(name.as_str()).or_insert(Value::Null), value);
    }
}

fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// Asks random rows two by two: what `draw` makes of each, and the same in a world that it moved.
fn pairs(
    seed: u64,
    mut draw: impl FnMut(&mut Table, &Value) -> Option<Pair>,
    mut check: impl FnMut(&Table, &Pair, &Decision, &Decision),
) {
    let mut table = Table::new(seed);
    let world = table.world.clone();
    let count = setting("COUNTERSIGN_TEST_QUESTIONS", QUESTIONS);
    for row in Questions::new(&world, seed).take(count) {
        if let Some(pair) = draw(&mut table, &row) {
            check(&table, &pair, &table.ask(&pair.before), &table.ask(&pair.after));
        }
    }
}

/// A row before and after a move.
#[derive(Debug)]
struct Pair {
    before: Value,
    after: Value,
    /// What moved.
    moved: Value,
}

impl Pair {
    /// The row in its world, and in one that differs by `patch` too.
    fn of(row: &Value, patch: Value) -> Self {
        Self {
            before: row.clone(),
            after: patched(row, &patch),
            moved: patch,
        }
    }
}

impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} moved by {}", self.before, self.moved)
    }
}

/// The places at which a label stands: channels by which the row is judged, and its registered item.
fn labels_of(row: &Value, world: &Value) -> Vec<(&'static str, String, Value)> {
    let mut found: Vec<(&'static str, String, Value)> = channels(row, world)
        .into_iter()
        .map(|id| {
            let label = world["channels"][&id]["label"].clone();
            ("channels", id, label)
        })
        .collect();
    let item = row["resource"]["id"].as_str().unwrap_or_default();
    for map in ["messages", "files"] {
        if let Some(label) = world[map].get(item).and_then(|entry| entry.get("label")) {
            found.push((map, item.to_owned(), label.clone()));
        }
    }
    found.retain(|(_, _, label)| label.is_object());
    found
}

fn levels_above(label: &Value) -> Vec<&'static str> {
    let scheme = label["scheme"].as_str().unwrap_or_default();
    let Some((_, levels)) = LEVELS.iter().find(|(id, _)| *id == scheme) else {
        return Vec::new();
    };
    let own = levels.iter().position(|level| label["level"] == *level);
    own.map_or_else(Vec::new, |own| levels[own + 1..].to_vec())
}
