// SPDX-License-Identifier: Apache-2.0
//! Thousands of random questions over the coalition world, answered by the engine and by the second
//! reading of the guards.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

use countersign_authz::{Engine, Snapshot, scenario};

use super::oracle::Oracle;

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
const NOW: &str = "2026-11-23T12:00:00Z";

const OTHER_SIDES_OF_NOW: [&str; 8] = [
    "2022-01-01T00:00:00Z",
    "2026-11-23T08:00:00Z",
    "2026-11-23T11:59:59Z",
    "2026-11-23T12:00:00Z",
    "2026-11-23T12:00:01Z",
    "2026-11-23T14:00:00Z",
    "2026-11-24T06:00:00Z",
    "2028-06-30T23:59:59Z",
];

const NATIONS: [&str; 8] = ["CHE", "DEU", "FRA", "GBR", "NATO", "FVEY", "EU", "USA"];
const LEVELS: [(&str, &[&str]); 7] = [
    ("NATO", &["NU", "NR", "NC", "NS", "CTS"]),
    ("EU", &["R-UE", "C-UE", "S-UE", "TS-UE"]),
    ("DE", &["OFFEN", "VS-NfD", "VS-V", "GEHEIM", "STRENG GEHEIM"]),
    ("FR", &["NP", "DR", "SECRET", "TRÈS SECRET"]),
    ("UK", &["OFFICIAL", "SECRET", "TOP SECRET"]),
    ("US", &["U", "C", "S", "TS"]),
    ("CH", &["NON", "INTERN", "VERTRAULICH", "GEHEIM"]),
];

struct Dice<'a> {
    rng: StdRng,
    world: &'a Value,
}

impl Dice<'_> {
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    fn of<'s>(&mut self, texts: &[&'s str]) -> &'s str {
        texts.choose(&mut self.rng).unwrap()
    }

    fn some(&mut self, texts: &[&str], percent: u32) -> Vec<String> {
        texts
            .iter()
            .filter(|_| self.rng.random_range(0..100) < percent)
            .map(ToString::to_string)
            .collect()
    }

    fn id(&mut self, map: &str) -> String {
        let ids: Vec<&String> = self.world[map].as_object().unwrap().keys().collect();
        if self.chance(2) {
            "ghost".into()
        } else {
            ids.choose(&mut self.rng).unwrap().to_string()
        }
    }

    fn level(&mut self, scheme: Option<&str>) -> (String, String) {
        let fits: Vec<_> = LEVELS
            .iter()
            .filter(|(name, _)| scheme.is_none_or(|scheme| scheme == *name))
            .collect();
        let (scheme, levels) = fits.choose(&mut self.rng).unwrap();
        let level = if self.chance(1) {
            "NOT-A-LEVEL"
        } else {
            self.of(levels)
        };
        ((*scheme).to_owned(), level.to_owned())
    }

    fn label(&mut self, scheme: Option<&str>) -> Value {
        let (scheme, level) = self.level(scheme);
        let mut label = json!({"scheme": scheme, "level": level});
        if self.chance(20) {
            label["compartments"] = json!(self.some(&["ATOMAL", "SENSITIVE", "SI"], 40));
        }
        if self.chance(30) {
            label["releasable_to"] = json!(self.some(&NATIONS, 30));
        }
        if self.chance(8) {
            label["nationals_only"] = json!(true);
        }
        if self.chance(8) {
            label["not_before"] = json!(self.of(&OTHER_SIDES_OF_NOW));
        }
        if self.chance(8) {
            label["originator_controlled_by"] = json!(self.of(&["DOD", "BMVg"]));
        }
        label
    }

    fn clearance(&mut self) -> Value {
        let home = self.chance(50).then(|| self.of(&["NATO", "DE"]));
        let (scheme, level) = self.level(home);
        let kind = self.of(&["personnel", "attested", "emergency", "service"]);
        let mut clearance = json!({
            "scheme": scheme,
            "level": level,
            "kind": kind,
            "state": self.of(&["active", "active", "active", "suspended", "revoked"]),
            "valid_from": self.of(&OTHER_SIDES_OF_NOW),
            "valid_until": self.of(&OTHER_SIDES_OF_NOW),
            "compartments": self.some(&["ATOMAL", "SI"], 40),
        });
        if kind == "attested" || self.chance(5) {
            clearance["attestation"] = json!(self.of(&["verified", "verified", "rejected"]));
        }
        if kind == "emergency" {
            clearance["channel"] = json!(self.id("channels"));
            if self.chance(60) {
                clearance["valid_from"] = json!("2026-11-23T10:00:00Z");
                clearance["valid_until"] = json!(self.of(&["2026-11-23T14:00:00Z", "2026-11-23T14:00:01Z"]));
            }
        }
        clearance
    }

    fn person(&mut self) -> Value {
        let mut patch = Map::new();
        if self.chance(30) {
            let clearances: Vec<Value> = (0..self.rng.random_range(0..3))
                .map(|_| self.clearance())
                .collect();
            patch.insert("clearances".into(), json!(clearances));
        }
        if self.chance(20) {
            let roles = [
                "archiver",
                "auditor",
                "guest",
                "member",
                "owner",
                "security_officer",
                "sysadmin",
            ];
            patch.insert("roles".into(), json!(self.some(&roles, 25)));
        }
        if self.chance(20) {
            patch.insert(
                "kind".into(),
                json!(self.of(&["government", "industry", "military", "outsider", "service"])),
            );
        }
        if self.chance(15) {
            patch.insert(
                "nationalities".into(),
                json!(self.some(&["CHE", "DEU", "FRA", "GBR", "USA"], 30)),
            );
        }
        if self.chance(20) {
            patch.insert("missions".into(), json!(self.some(&["*", "BALTIC", "NUC"], 50)));
        }
        if self.chance(10) {
            patch.insert("status".into(), json!(self.of(&["active", "disabled"])));
        }
        if self.chance(15) {
            patch.insert(
                "briefings".into(),
                json!(self.some(&["NATO", "VS", "DR", "EU", "US"], 50)),
            );
        }
        if self.chance(10) {
            patch.insert("sponsor".into(), json!(self.id("users")));
        }
        Value::Object(patch)
    }

    fn channel(&mut self) -> Value {
        let mut patch = Map::new();
        if self.chance(30) {
            patch.insert("label".into(), Value::Null);
        }
        for flag in ["externals_allowed", "industry_allowed", "listed"] {
            if self.chance(20) {
                patch.insert(flag.into(), json!(self.chance(50)));
            }
        }
        if self.chance(10) {
            patch.insert("state".into(), json!(self.of(&["open", "closed"])));
        }
        if self.chance(20) {
            patch.insert(
                "label_mode".into(),
                json!(self.of(&["fixed", "floating", "portion"])),
            );
        }
        let people = [
            "alice", "bob", "carol", "dave", "gina", "mia", "paul", "lars", "arch", "rita", "ghost",
        ];
        if self.chance(30) {
            let few = people.get(..people.len() - usize::from(!self.chance(5))).unwrap();
            patch.insert("members".into(), json!(self.some(few, 30)));
        }
        if self.chance(10) {
            patch.insert("recipients".into(), json!(self.some(&people, 50)));
        }
        if self.chance(10) {
            patch.insert("owners".into(), json!(self.some(&people, 30)));
        }
        if self.chance(20) {
            patch.insert("missions".into(), json!(self.some(&["BALTIC", "NUC"], 50)));
        }
        Value::Object(patch)
    }

    fn agreement(&mut self) -> Value {
        let mut agreement = json!({
            "from": self.level(None).0,
            "to": self.of(&["NATO", "DE", "US", "FR"]),
            "valid_from": self.of(&["2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "2026-11-23T12:00:01Z"]),
            "valid_until": self.of(&["2035-01-01T00:00:00Z", "2035-01-01T00:00:00Z", "2026-11-23T11:59:59Z"]),
            "carries": self.some(&["ATOMAL", "SI"], 50),
        });
        if self.chance(70) {
            agreement["covers"] = json!(self.some(&["clearances", "labels"], 70));
        }
        agreement
    }

    /// A patch on the world around a question.
    fn given(&mut self, question: &Value) -> Value {
        let mut given = json!({});
        for id in [&question["subject"], &question["context"]["target"]["id"]] {
            if let Some(id) = id.as_str().filter(|id| *id != "ghost")
                && self.chance(40)
            {
                given["users"][id] = self.person();
            }
        }
        for id in [&question["resource"], &question["context"]["to"]] {
            if id["type"] == "channel" && id["id"] != "ghost" && id["id"] != "new" && self.chance(40) {
                let id = id["id"].as_str().unwrap();
                let mut patch = self.channel();
                if patch.get("label").is_some() {
                    // A patch merges: say what goes, too.
                    let mut label = self.label(None);
                    for name in ["compartments", "releasable_to", "nationals_only", "caveats"] {
                        if label.get(name).is_none() {
                            label[name] = Value::Null;
                        }
                    }
                    patch["label"] = label;
                }
                given["channels"][id] = patch;
            }
        }
        for (kind, map) in [("message", "messages"), ("file", "files")] {
            let resource = &question["resource"];
            if resource["type"] == kind && resource["id"] != "ghost" && self.chance(40) {
                let id = resource["id"].as_str().unwrap();
                let mut label = self.label(None);
                for name in ["not_before", "releasable_to", "originator_controlled_by"] {
                    if label.get(name).is_none() {
                        label[name] = Value::Null;
                    }
                }
                given[map][id] = json!({"label": label});
                if self.chance(50) {
                    given[map][id]["channel"] = json!(self.id("channels"));
                }
            }
        }
        if self.chance(25) {
            given["agreements"]["extra"] = self.agreement();
        }
        if self.chance(10) {
            given["settings"] = json!({"blocked_locations": ["DE"]});
        }
        if self.chance(10) {
            let (id, at) = (self.of(&["ns", "cts"]), self.of(&OTHER_SIDES_OF_NOW));
            given["devices"][id] = json!({"posture_reported_at": at});
        }
        given
    }

    fn question(&mut self) -> Value {
        let names: Vec<&str> = countersign_authz::actions().collect();
        let action = if self.chance(1) {
            "message.delete"
        } else {
            self.of(&names)
        };
        let kind = match action {
            "archive.read" | "message.read" | "message.forward" => "message",
            "file.download" => "file",
            "clearance.grant"
            | "user.revoke"
            | "break_glass.approve"
            | "person.manage"
            | "user.direct_message" => "user",
            "clearance.import" => "import",
            "policy.publish" | "server.manage" | "session.end" | "decision.simulate" => "policy",
            "audit.read" | "console.read" => "audit_log",
            _ => "channel",
        };
        let kind = if self.chance(2) {
            self.of(&["channel", "message", "file", "user", "policy", "thing"])
        } else {
            kind
        };
        let id = match kind {
            "channel" if action == "channel.create" && self.chance(60) => "new".to_owned(),
            "channel" => self.id("channels"),
            "file" => self.id("files"),
            "message" => self.id("messages"),
            "user" => self.id("users"),
            other => other.to_owned(),
        };
        let mut resource = json!({"type": kind, "id": id});
        if self.chance(10) {
            resource["channel"] = json!(self.id("channels"));
        }
        let mut context = json!({});
        let wants = |names: &[&str]| names.contains(&action);
        if wants(&["channel.create", "channel.reclassify", "channel.set_label"]) && self.chance(95)
            || wants(&[
                "message.post",
                "message.edit",
                "file.upload",
                "user.direct_message",
            ]) && self.chance(60)
            || self.chance(3)
        {
            let of = self.world["channels"][id.as_str()]["label"]["scheme"].as_str();
            let near = of.filter(|_| self.chance(70));
            context["label"] = self.label(near);
        }
        if wants(&["channel.invite", "channel.add_guest", "channel.remove_member"]) && self.chance(95)
            || wants(&["clearance.grant", "user.direct_message"]) && self.chance(50)
            || self.chance(2)
        {
            context["target"] = json!({"type": "user", "id": self.id("users")});
        }
        if wants(&["message.forward"]) && self.chance(97) {
            context["to"] = json!({"type": "channel", "id": self.id("channels")});
        }
        if wants(&["channel.federate", "call.join", "call.record"]) && self.chance(95) {
            context["node"] = json!(self.id("nodes"));
        }
        if wants(&["message.post", "message.edit", "message.react", "file.upload"]) && self.chance(25) {
            let quotes: Vec<Value> = (0..self.rng.random_range(1..3))
                .map(|_| match self.chance(80) {
                    true => json!({"type": "message", "id": self.id("messages")}),
                    false => json!({"type": "file", "id": self.id("files"), "channel": self.id("channels")}),
                })
                .collect();
            context["quotes"] = json!(quotes);
        }
        if self.chance(20) {
            context["approver"] = json!(self.of(&["judy", "kara", "alice", "ghost"]));
        }
        if wants(&["break_glass.approve"]) && self.chance(80) {
            context["requester"] = json!(self.id("users"));
        }
        let officers = ["judy", "judy", "kara", "hugo", "olga", "carol", "mia"];
        let subject = if self.chance(45) {
            self.of(&officers).to_owned()
        } else {
            self.id("users")
        };
        json!({"subject": subject, "action": action, "resource": resource, "context": context})
    }

    fn facts(&mut self) -> Value {
        let mut facts = json!({
            "session": {
                "aal": self.rng.random_range(0..4),
                "auth_age_minutes": *[1, 5, 6, 10, 720, 721, 1440, 1441].choose(&mut self.rng).unwrap(),
                "idle_minutes": *[0, 0, 0, 60, 61].choose(&mut self.rng).unwrap(),
                "revoked": self.chance(3),
            },
            "device": self.of(&["ns", "cts", "cts", "smk", "byod", "stale", "nothing"]),
            "location": "DE",
        });
        if self.chance(60) {
            facts["session"]["aal"] = json!(3);
            facts["session"]["auth_age_minutes"] = json!(1);
            facts["session"]["idle_minutes"] = json!(0);
            facts["device"] = json!("cts");
        }
        if self.chance(3) {
            facts["session"] = Value::Null;
        }
        if self.chance(3) {
            facts["audit"] = json!("unavailable");
        }
        facts
    }
}

fn merge(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in patch {
        if value.is_null() {
            target.as_object_mut().unwrap().remove(name);
        } else {
            merge(&mut target[name.as_str()], value);
        }
    }
}

fn compare(seed: u64, rounds: usize) {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let snapshot = Snapshot::new(countersign_directory::world::parse(WORLD.as_bytes()).unwrap(), 0);
    let engine = Engine::builtin().unwrap();
    let now = chrono::DateTime::parse_from_rfc3339(NOW).unwrap().to_utc();
    let mut dice = Dice {
        rng: StdRng::seed_from_u64(seed),
        world: &world,
    };
    let mut differences = Vec::new();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..rounds {
        let mut question = dice.question();
        let given = if dice.chance(70) {
            dice.given(&question)
        } else {
            json!({})
        };
        let facts = dice.facts();
        let mut patched = world.clone();
        merge(&mut patched, &given);
        let expected = Oracle {
            world: &patched,
            now: now.timestamp_millis(),
        }
        .judge(&question, &facts);
        question["given"] = given;
        let got = scenario::simulate(&engine, &snapshot, &question, &facts, now).unwrap();
        let failing: Vec<u8> = got.failing.iter().map(|failed| failed.number).collect();
        let obligations = got
            .decision
            .obligations
            .iter()
            .map(|obligation| obligation.kind.as_str())
            .collect();
        let first = failing
            .first()
            .map_or_else(|| expected.decision.to_owned(), u8::to_string);
        *seen.entry(first).or_default() += 1;
        if (got.decision.outcome.as_str(), &failing, &obligations)
            != (expected.decision, &expected.failing, &expected.obligations)
        {
            question["facts"] = facts;
            differences.push(format!(
                "{question}\n  guards: {} {:?} {:?}\n  engine: {} {failing:?} {obligations:?}",
                expected.decision,
                expected.failing,
                expected.obligations,
                got.decision.outcome.as_str()
            ));
        }
    }
    let shown = differences.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
    assert!(
        differences.is_empty(),
        "{} of {rounds} differ; seen {seen:?}\n{shown}",
        differences.len()
    );
    let missing: Vec<String> = (1..=38_u8)
        .map(|n| n.to_string())
        .filter(|n| *n != "37" && !seen.contains_key(n))
        .collect();
    assert!(
        missing.len() < 6,
        "guards never first: {missing:?}; seen {seen:?}"
    );
}

#[test]
fn engine_and_second_reading_agree_on_random_questions() {
    compare(0xC0FFEE, 3_000);
}

#[test]
fn engine_and_second_reading_agree_on_other_random_questions() {
    compare(26, 3_000);
}
