// SPDX-License-Identifier: Apache-2.0
//! A second world that differs from the first only in what one person may not know of.

use countersign_authz::{Context, Engine, Facts, Question, Reference, Snapshot};
use countersign_tests::house::start;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value, json};

/// The channels of `world` that `reader` may not know of.
pub fn hidden(world: &Value, reader: &str) -> Vec<String> {
    let text = world.to_string();
    let snapshot = Snapshot::new(countersign_directory::world::parse(text.as_bytes()).unwrap(), 1);
    let engine = Engine::builtin().unwrap();
    let channels = world["channels"].as_object().unwrap().iter();
    channels
        .filter(|(_, channel)| channel["listed"] != true)
        .filter(|(id, _)| {
            let question = Question {
                subject: reader.to_owned(),
                action: "channel.discover".to_owned(),
                resource: Reference::new("channel", id.as_str()),
                context: Context::default(),
            };
            !engine
                .decide(&snapshot, &question, &Facts::standing(), start())
                .allowed()
        })
        .map(|(id, _)| id.clone())
        .collect()
}

/// The world with other secrets: hidden channels and what is in them gone, changed and new, others'
/// highest clearances traded. What `reader` herself is and is a member of stays.
pub fn altered(world: &Value, reader: &str, seed: u64) -> Value {
    let hidden = hidden(world, reader);
    let mut altering = Altering {
        rng: StdRng::seed_from_u64(seed),
        labels: hidden
            .iter()
            .map(|id| world["channels"][id]["label"].clone())
            .collect(),
        people: keys(&world["users"])
            .into_iter()
            .filter(|id| id != reader)
            .collect(),
        missions: keys(&world["missions"]),
        world: world.clone(),
    };
    let emergency = emergencies(world);
    for id in &hidden {
        let mine = members(&world["channels"][id])
            .iter()
            .any(|member| member == reader);
        match altering.rng.random_range(0..3) {
            0 if !mine && !emergency.contains(id) => altering.remove(id),
            0 | 1 => altering.change(id, mine.then_some(reader)),
            _ => {}
        }
    }
    for number in 0..altering.rng.random_range(1..4) {
        altering.add(&format!("new-{number}"));
    }
    altering.trade_clearances();
    let altered = altering.world;
    let still: Vec<String> = self::hidden(&altered, reader);
    for id in keys(&altered["channels"]) {
        let known = !hidden.contains(&id) && world["channels"].get(&id).is_some();
        assert_eq!(known, !still.contains(&id), "{id} came to light, or went");
    }
    altered
}

struct Altering {
    rng: StdRng,
    labels: Vec<Value>,
    people: Vec<String>,
    missions: Vec<String>,
    world: Value,
}

impl Altering {
    fn remove(&mut self, channel: &str) {
        self.map("channels").remove(channel);
        for kind in ["messages", "files"] {
            self.map(kind).retain(|_, item| item["channel"] != channel);
        }
    }

    fn change(&mut self, id: &str, stays: Option<&str>) {
        let mut channel = self.world["channels"][id].clone();
        channel["label"] = self.label();
        channel["members"] = self.some_people(stays);
        channel["missions"] = json!(
            self.rng
                .random_bool(0.5)
                .then(|| self.missions.first())
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
        );
        channel["externals_allowed"] = json!(self.rng.random_bool(0.5));
        channel["industry_allowed"] = json!(self.rng.random_bool(0.5));
        channel["state"] = json!(if self.rng.random_bool(0.5) {
            "open"
        } else {
            "closed"
        });
        channel["name"] = json!(format!("secret {}", self.rng.random_range(0..1_000)));
        self.world["channels"][id] = channel;
    }

    fn add(&mut self, id: &str) {
        self.world["channels"][id] = json!({
            "label": self.label(),
            "members": self.some_people(None),
            "externals_allowed": false,
            "state": "open",
            "label_mode": "portion",
        });
        let label = self.label();
        self.world["messages"][format!("m-{id}")] = json!({"channel": id, "label": label});
    }

    /// Those who hold the highest levels hold others of them.
    fn trade_clearances(&mut self) {
        for person in self.people.clone() {
            let held = self.world["users"][&person]["clearances"].as_array_mut();
            for clearance in held.into_iter().flatten() {
                let other = match clearance["level"].as_str() {
                    Some("CTS") => "NS",
                    Some("NS") => "CTS",
                    _ => continue,
                };
                if self.rng.random_bool(0.5) {
                    clearance["level"] = json!(other);
                }
            }
        }
    }

    fn label(&mut self) -> Value {
        self.labels.choose(&mut self.rng).unwrap().clone()
    }

    fn some_people(&mut self, stays: Option<&str>) -> Value {
        let many = self.rng.random_range(0..5);
        let mut chosen: Vec<String> = self.people.sample(&mut self.rng, many).cloned().collect();
        chosen.extend(stays.map(str::to_owned));
        json!(chosen)
    }

    fn map(&mut self, name: &str) -> &mut Map<String, Value> {
        self.world[name].as_object_mut().unwrap()
    }
}

/// The channels for which somebody holds an emergency clearance.
fn emergencies(world: &Value) -> Vec<String> {
    let people = world["users"].as_object().unwrap().values();
    let held = people.flat_map(|person| person["clearances"].as_array().into_iter().flatten());
    held.filter_map(|clearance| clearance["channel"].as_str().map(str::to_owned))
        .collect()
}

fn keys(map: &Value) -> Vec<String> {
    map.as_object().unwrap().keys().cloned().collect()
}

fn members(channel: &Value) -> Vec<Value> {
    channel["members"].as_array().cloned().unwrap_or_default()
}
