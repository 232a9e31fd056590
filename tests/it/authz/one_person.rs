// SPDX-License-Identifier: Apache-2.0
//! Looks for something that one person may change alone and that lets somebody do more than before.

use chrono::{DateTime, Utc};
use countersign_authz::snapshot::Changed;
use countersign_authz::{Engine, Snapshot, scenario};
use countersign_directory::amend::{After, Amendment, clearance_id, widening};
use countersign_directory::{Entity, Noun};
use countersign_tests::oracle::questions::Questions;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
const NOON: &str = "2026-11-23T12:00:00Z";
/// Changes that are tried, and questions asked before and after each that takes one person.
const CHANGES: usize = 200;
const QUESTIONS: usize = 30;

struct Draw {
    world: Value,
    rng: StdRng,
}

impl Draw {
    fn id(&mut self, map: &str) -> String {
        let ids: Vec<&String> = self.world[map].as_object().unwrap().keys().collect();
        (*ids.choose(&mut self.rng).unwrap()).clone()
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices.choose(&mut self.rng).unwrap().clone()
    }

    /// Some of `all`, often those that are there already without one.
    fn some(&mut self, held: &Value, all: &[&str]) -> Value {
        let held = held.as_array().cloned().unwrap_or_default();
        if self.rng.random_bool(0.6) && !held.is_empty() {
            let left_out = self.rng.random_range(0..held.len());
            return held
                .into_iter()
                .enumerate()
                .filter(|(at, _)| *at != left_out)
                .map(|(_, item)| item)
                .collect();
        }
        let kept = all.iter().filter(|_| self.rng.random_bool(0.4));
        kept.map(|item| json!(item)).collect()
    }

    fn accreditation(&mut self) -> Value {
        let level = self.of(&["NU", "NR", "NC", "NS", "CTS"]);
        json!({"scheme": "NATO", "level": level})
    }

    fn amendment(&mut self, snapshot: &Snapshot) -> Value {
        match self.rng.random_range(0..9) {
            0 | 1 => self.person(),
            2 => self.clearance(snapshot),
            3 | 4 => self.channel(),
            5 => {
                let id = self.id("channels");
                let mut label = self.world["channels"][&id]["label"].clone();
                match self.rng.random_range(0..4) {
                    0 => label["compartments"] = json!(self.of(&[vec![], vec!["ATOMAL"], vec!["CRYPTO"]])),
                    1 => label["releasable_to"] = json!(self.of(&[vec!["DEU"], vec!["NATO"], vec![]])),
                    2 => label["nationals_only"] = json!(self.rng.random_bool(0.5)),
                    _ => label["level"] = json!(self.of(&["NR", "NC", "NS", "CTS", "GEHEIM", "VS-NfD"])),
                }
                json!({"act": "channel_reclassify", "id": id, "label": label})
            }
            6 => {
                let device =
                    json!({"managed": self.rng.random_bool(0.5), "accreditation": self.accreditation()});
                json!({"act": "device_put", "id": self.id("devices"), "device": device})
            }
            7 => {
                let id = self.id("nodes");
                let communities = self.world["nodes"][&id]["communities"].clone();
                let node = json!({"agreement": self.rng.random_bool(0.5), "accreditation": self.accreditation(),
                    "communities": self.some(&communities, &["NATO", "EU", "FVEY", "CHE"])});
                json!({"act": "node_put", "id": id, "node": node})
            }
            _ => self.agreement_or_settings(),
        }
    }

    fn person(&mut self) -> Value {
        let id = self.id("users");
        let held = self.world["users"][&id].clone();
        let mut patch = json!({});
        let all: [(&str, &[&str]); 4] = [
            (
                "roles",
                &[
                    "member", "guest", "owner", "auditor", "archiver", "sysadmin", "external",
                ],
            ),
            ("missions", &["falcon", "*", "baltic"]),
            ("briefings", &["NATO", "VS", "DR"]),
            ("nationalities", &["DEU", "FRA", "POL", "USA", "CHE"]),
        ];
        let (name, choices) = self.of(&all);
        patch[name] = self.some(&held[name], choices);
        if self.rng.random_bool(0.2) {
            patch["sponsor"] = Value::Null;
        }
        json!({"act": "person_patch", "id": id, "patch": patch})
    }

    fn clearance(&mut self, snapshot: &Snapshot) -> Value {
        let id = self.id("users");
        let held = snapshot.person(&id).map(|person| person.clearances.clone());
        let Some(clearance) = held
            .as_deref()
            .and_then(|held| held.choose(&mut self.rng))
            .cloned()
        else {
            return json!({"act": "person_enable", "id": id});
        };
        let name = clearance_id(&clearance);
        let until = self.of(&[
            "2026-11-24T00:00:00Z",
            "2026-11-23T11:59:59Z",
            "2031-01-01T00:00:00Z",
        ]);
        match self.rng.random_range(0..4) {
            0 => json!({"act": "clearance_suspend", "id": id, "clearance": name}),
            1 => json!({"act": "clearance_resume", "id": id, "clearance": name}),
            2 => json!({"act": "clearance_revoke", "id": id, "clearance": name}),
            _ => json!({"act": "clearance_renew", "id": id, "clearance": name, "valid_until": until}),
        }
    }

    fn channel(&mut self) -> Value {
        let id = self.id("channels");
        let held = self.world["channels"][&id].clone();
        let person = self.id("users");
        let patch = match self.rng.random_range(0..8) {
            0 => json!({"missions": self.some(&held["missions"], &["falcon", "baltic"])}),
            1 => json!({"recipients": self.some(&held["recipients"], &[person.as_str(), "alice"])}),
            2 => json!({"owners": self.some(&held["owners"], &[person.as_str(), "alice"])}),
            3 => json!({"externals_allowed": self.rng.random_bool(0.5)}),
            4 => json!({"industry_allowed": self.rng.random_bool(0.5)}),
            5 => json!({"listed": self.rng.random_bool(0.5)}),
            6 => json!({"state": self.of(&["open", "closed"])}),
            _ => json!({"label_mode": self.of(&["fixed", "floating", "portion"])}),
        };
        json!({"act": "channel_patch", "id": id, "patch": patch})
    }

    fn agreement_or_settings(&mut self) -> Value {
        let id = self.id("agreements");
        let mut agreement = self.world["agreements"][&id].clone();
        match self.rng.random_range(0..5) {
            0 => json!({"act": "agreement_end", "id": id}),
            1 => {
                agreement["valid_until"] = json!(self.of(&["2026-11-23", "2026-11-22", "2040-01-01"]));
                json!({"act": "agreement_put", "id": id, "agreement": agreement})
            }
            2 => {
                agreement["covers"] =
                    json!(self.of(&[vec!["clearances"], vec!["labels"], vec!["clearances", "labels"]]));
                json!({"act": "agreement_put", "id": id, "agreement": agreement})
            }
            3 => {
                agreement["carries"] = json!(self.of(&[vec![], vec!["ATOMAL"]]));
                json!({"act": "agreement_put", "id": id, "agreement": agreement})
            }
            _ => {
                let blocked = self.of(&[vec!["RU"], vec!["RU", "DE"], vec![]]);
                let administration =
                    json!({"aal": self.of(&[2, 3]), "managed_device": self.rng.random_bool(0.5)});
                json!({"act": "settings_put", "settings":
                    {"blocked_locations": blocked, "administration": administration}})
            }
        }
    }
}

fn held(noun: Noun, id: &str, snapshot: &Snapshot) -> Option<Entity> {
    Some(match noun {
        Noun::Agreement => Entity::Agreement(snapshot.agreement(id)?.clone()),
        Noun::Channel => Entity::Channel(snapshot.channel_with_members(id)?),
        Noun::Device => Entity::Device(snapshot.device(id)?.as_ref().clone()),
        Noun::Node => Entity::Node(snapshot.node(id)?.as_ref().clone()),
        Noun::Person => Entity::Person(snapshot.person(id)?.as_ref().clone()),
        Noun::Settings => Entity::Settings(snapshot.settings().clone()),
        _ => return None,
    })
}

#[test]
fn nothing_that_one_person_may_change_lets_anybody_do_more() {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let before = Snapshot::new(countersign_directory::world::parse(WORLD.as_bytes()).unwrap(), 0);
    let engine = Engine::builtin().unwrap();
    let noon: DateTime<Utc> = NOON.parse().unwrap();
    let facts = json!({"session": {"aal": 3, "auth_age_minutes": 1, "idle_minutes": 0}, "device": "ns"});
    let plain = |mut row: Value| {
        if let Some(members) = row.as_object_mut() {
            members.retain(|name, _| name != "given" && name != "at");
        }
        row
    };
    let mut draw = Draw {
        world: world.clone(),
        rng: StdRng::seed_from_u64(20_261_126),
    };
    let mut questions = Questions::new(&world, 11);
    let (mut alone, mut narrowed) = (0, 0);
    for _ in 0..CHANGES {
        let act = draw.amendment(&before);
        let Ok(amendment) = serde_json::from_value::<Amendment>(act.clone()) else {
            panic!("not an amendment: {act}");
        };
        let (noun, id) = amendment.thing();
        let old = held(noun, id, &before);
        let Ok(after) = amendment.on(old.as_ref(), noon) else {
            continue;
        };
        if !widening(old.as_ref(), &after, noon).is_empty() {
            continue;
        }
        alone += 1;
        let entity = match after {
            After::Is(entity) => Some(*entity),
            After::Gone => None,
        };
        let change = Changed {
            noun,
            id: id.to_owned(),
            entity,
        };
        let after = before.after([change], 1);
        for row in questions.by_ref().take(QUESTIONS).map(plain) {
            let ask =
                |snapshot: &Snapshot| scenario::simulate(&engine, snapshot, &row, &facts, noon).unwrap();
            let (then, now) = (ask(&before).decision, ask(&after).decision);
            assert!(
                then.allowed() || !now.allowed(),
                "one person alone did {act}\n and then {row} was allowed"
            );
            narrowed += usize::from(then.allowed() && !now.allowed());
        }
    }
    assert!(
        alone > 40 && narrowed > 2,
        "one person did {alone} things, and narrowed {narrowed} answers"
    );
}
