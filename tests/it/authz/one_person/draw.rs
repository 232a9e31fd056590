// SPDX-License-Identifier: Apache-2.0
//! Random acts on the coalition, as proposals write them, with values that matter there.

use countersign_authz::Snapshot;
use countersign_directory::amend::clearance_id;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

pub(super) struct Draw {
    /// The world that is drawn from.
    pub(super) world: Value,
    pub(super) rng: StdRng,
}

impl Draw {
    pub(super) fn new(world: &str, seed: u64) -> Self {
        Self {
            world: serde_json::from_str(world).unwrap(),
            rng: StdRng::seed_from_u64(seed),
        }
    }

    pub(super) fn id(&mut self, map: &str) -> String {
        let ids: Vec<&String> = self.world[map].as_object().unwrap().keys().collect();
        (*ids.choose(&mut self.rng).unwrap()).clone()
    }

    pub(super) fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices.choose(&mut self.rng).unwrap().clone()
    }

    /// Those that are there, without one or with one more.
    fn some(&mut self, held: &Value, all: &[&str]) -> Value {
        let mut held = held.as_array().cloned().unwrap_or_default();
        if self.rng.random_bool(0.4) && !held.is_empty() {
            let left_out = self.rng.random_range(0..held.len());
            held.remove(left_out);
        } else {
            let one = json!(self.of(all));
            if !held.contains(&one) {
                held.push(one);
            }
        }
        json!(held)
    }

    fn accreditation(&mut self) -> Value {
        let level = self.of(&["NU", "NR", "NC", "NS", "CTS"]);
        json!({"scheme": "NATO", "level": level})
    }

    /// One act. Where clearances are concerned, of those in `snapshot`.
    pub(super) fn act(&mut self, snapshot: &Snapshot) -> Value {
        match self.rng.random_range(0..11) {
            0..=2 => self.person(),
            3 => self.clearance(snapshot),
            4 | 5 => self.channel(),
            6 => {
                let id = self.id("channels");
                let label = self.world["channels"][&id]["label"].clone();
                json!({"act": "channel_reclassify", "id": id, "label": self.relabelled(label)})
            }
            7 => {
                let device =
                    json!({"managed": self.rng.random_bool(0.5), "accreditation": self.accreditation()});
                json!({"act": "device_put", "id": self.id("devices"), "device": device})
            }
            8 => {
                let id = self.id("nodes");
                let communities = self.world["nodes"][&id]["communities"].clone();
                let node = json!({"agreement": self.rng.random_bool(0.5), "accreditation": self.accreditation(),
                    "communities": self.some(&communities, &["NATO", "EU", "FVEY", "CHE"])});
                json!({"act": "node_put", "id": id, "node": node})
            }
            9 => self.agreement(),
            _ => self.thing(),
        }
    }

    pub(super) fn relabelled(&mut self, mut label: Value) -> Value {
        match self.rng.random_range(0..4) {
            0 => label["compartments"] = json!(self.of(&[vec![], vec!["ATOMAL"], vec!["CRYPTO"]])),
            1 => {
                label["releasable_to"] =
                    json!(self.of(&[vec!["DEU"], vec!["NATO"], vec!["NATO", "CHE"], vec![]]));
            }
            2 => label["nationals_only"] = json!(self.rng.random_bool(0.5)),
            _ => {
                label["level"] = json!(self.of(&["NR", "NC", "NS", "CTS", "GEHEIM", "VS-NfD", "S", "SECRET"]))
            }
        }
        label
    }

    fn person(&mut self) -> Value {
        let id = self.id("users");
        let held = self.world["users"][&id].clone();
        let mut patch = json!({});
        let all: [(&str, &[&str]); 4] = [
            (
                "roles",
                &[
                    "member",
                    "guest",
                    "owner",
                    "auditor",
                    "archiver",
                    "sysadmin",
                    "external",
                    "security_officer",
                ],
            ),
            ("missions", &["BALTIC", "NUC", "*"]),
            ("briefings", &["NATO", "VS", "DR", "US", "UK"]),
            ("nationalities", &["DEU", "FRA", "POL", "USA", "GBR", "CHE"]),
        ];
        match self.rng.random_range(0..7) {
            0 => patch["sponsor"] = json!(self.of(&[None, Some("carol"), Some("alice")])),
            1 => patch["agency"] = json!(self.of(&["BMVg", "DGA", "UKMOD", "DOD", "VBS", "ACME"])),
            2 => {
                patch["kind"] = json!(self.of(&["government", "industry", "outsider", "military", "service"]))
            }
            _ => {
                let (name, choices) = self.of(&all);
                patch[name] = self.some(&held[name], choices);
            }
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
        let patch = match self.rng.random_range(0..9) {
            0 | 1 => json!({"missions": self.some(&held["missions"], &["BALTIC", "NUC"])}),
            2 => json!({"recipients": self.some(&held["recipients"], &[person.as_str(), "alice"])}),
            3 => json!({"owners": self.some(&held["owners"], &[person.as_str(), "alice"])}),
            4 => json!({"externals_allowed": self.rng.random_bool(0.5)}),
            5 => json!({"industry_allowed": self.rng.random_bool(0.5)}),
            6 => json!({"listed": self.rng.random_bool(0.5)}),
            7 => json!({"state": self.of(&["open", "closed"])}),
            _ => json!({"label_mode": self.of(&["fixed", "floating", "portion"])}),
        };
        json!({"act": "channel_patch", "id": id, "patch": patch})
    }

    fn agreement(&mut self) -> Value {
        let id = self.id("agreements");
        let mut agreement = self.world["agreements"][&id].clone();
        match self.rng.random_range(0..5) {
            0 => return json!({"act": "agreement_end", "id": id}),
            1 => {
                agreement["valid_until"] = json!(self.of(&[
                    "2026-11-24T00:00:00Z",
                    "2026-11-22T00:00:00Z",
                    "2040-01-01T00:00:00Z"
                ]));
            }
            2 => {
                agreement["covers"] =
                    json!(self.of(&[vec!["clearances"], vec!["labels"], vec!["clearances", "labels"]]));
            }
            3 => agreement["carries"] = json!(self.of(&[vec![], vec!["ATOMAL"]])),
            _ => {
                let level = |from: &str, to: &str| json!({ from: to });
                agreement["levels"] = match agreement["from"].as_str() {
                    Some("DE") => level("VS-V", "CTS"),
                    Some("US") => level("C", "NS"),
                    _ => level("SECRET", "CTS"),
                };
            }
        }
        json!({"act": "agreement_put", "id": id, "agreement": agreement})
    }

    fn thing(&mut self) -> Value {
        match self.rng.random_range(0..4) {
            0 => json!({"act": "mission_put", "id": self.of(&["NUC", "BALTIC", "NEW"]),
                "mission": {"state": self.of(&["active", "closed"])}}),
            1 => json!({"act": "agency_put", "id": self.id("agencies"),
                "agency": {"country": self.of(&["DEU", "FRA", "USA"])}}),
            _ => {
                let blocked = self.of(&[vec!["RU"], vec!["RU", "DE"], vec![]]);
                let administration =
                    json!({"aal": self.of(&[2, 3]), "managed_device": self.rng.random_bool(0.5)});
                let rules = self.of(&[
                    json!({}),
                    json!({"any_nationality": true}),
                    json!({"industry_contract": true}),
                ]);
                json!({"act": "settings_put", "settings":
                    {"blocked_locations": blocked, "administration": administration, "rules": rules}})
            }
        }
    }

    /// A world file with a few things changed. Nobody is disabled in it: posts that only she stood in the way of may
    /// go through then, and that is meant.
    pub(super) fn file(&mut self, snapshot: &Snapshot) -> Value {
        let mut file = self.world.clone();
        for _ in 0..self.rng.random_range(1..=2) {
            match self.rng.random_range(0..8) {
                0 => self.item(&mut file),
                1 => {
                    let id = self.id("channels");
                    let held = file["channels"][&id]["members"].clone();
                    let person = self.id("users");
                    file["channels"][&id]["members"] = self.some(&held, &[person.as_str()]);
                }
                2 => {
                    let id = self.id("devices");
                    let at = self.of(&["2026-11-23T11:59:00Z", "2026-10-01T00:00:00Z"]);
                    file["devices"][&id]["posture_reported_at"] = json!(at);
                }
                3 => {
                    let id = self.id("users");
                    file["users"][&id]["status"] = json!("active");
                }
                _ => {
                    let act = self.act(snapshot);
                    written(&act, &mut file);
                }
            }
        }
        file
    }

    fn item(&mut self, file: &mut Value) {
        let map = self.of(&["messages", "messages", "files"]);
        let id = self.id(map);
        let label = file[map][&id]["label"].clone();
        match self.rng.random_range(0..6) {
            0 => file[map][&id]["channel"] = json!(self.id("channels")),
            1 => drop(file[map][&id].as_object_mut().unwrap().remove("label")),
            _ => file[map][&id]["label"] = self.relabelled(label),
        }
    }
}

/// The same act, as a file says it.
fn written(act: &Value, file: &mut Value) {
    let id = act["id"].as_str().unwrap_or_default();
    let mut merge = |map: &str, parts: &Value| {
        for (name, value) in parts.as_object().unwrap() {
            let thing = file[map][id].as_object_mut().unwrap();
            match value {
                Value::Null => drop(thing.remove(name)),
                value => drop(thing.insert(name.clone(), value.clone())),
            }
        }
    };
    match act["act"].as_str().unwrap() {
        "person_patch" => merge("users", &act["patch"]),
        "channel_patch" => merge("channels", &act["patch"]),
        "channel_reclassify" => file["channels"][id]["label"] = act["label"].clone(),
        "device_put" => merge("devices", &act["device"]),
        "node_put" => merge("nodes", &act["node"]),
        "agreement_put" => file["agreements"][id] = act["agreement"].clone(),
        "mission_put" => file["missions"][id] = act["mission"].clone(),
        "agency_put" => file["agencies"][id] = act["agency"].clone(),
        "settings_put" => file["settings"] = act["settings"].clone(),
        "person_enable" => file["users"][id]["status"] = json!("active"),
        "clearance_suspend" => file["users"][id]["clearances"][0]["state"] = json!("suspended"),
        "clearance_resume" => file["users"][id]["clearances"][0]["state"] = json!("active"),
        "clearance_revoke" => file["users"][id]["clearances"][0]["state"] = json!("revoked"),
        "clearance_renew" => {
            file["users"][id]["clearances"][0]["valid_until"] = act["valid_until"].clone();
        }
        // What a file does not have stays.
        "agreement_end" => {}
        other => panic!("`{other}` is not written in files"),
    }
}
