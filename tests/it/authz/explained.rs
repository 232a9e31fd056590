// SPDX-License-Identifier: Apache-2.0
//! Explanations of random decisions: true to the decision, and without a word above their reader.

use std::collections::BTreeSet;

use countersign_authz::explain::{Explanation, Horizon, WITHHELD};
use countersign_authz::scenario::{self, Simulation};
use countersign_authz::{Context, Engine, Facts, Question, Reference, Snapshot};
use countersign_labels::{RawLabel, Schemes};
use countersign_tests::oracle::questions::Questions;
use serde_json::{Value, json};

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
const QUESTIONS: usize = 600;

struct Asked {
    engine: Engine,
    snapshot: Snapshot,
    world: Value,
}

impl Asked {
    fn new() -> Self {
        let world = countersign_directory::world::parse(WORLD.as_bytes()).unwrap();
        Self {
            engine: Engine::builtin().unwrap(),
            snapshot: Snapshot::new(world, 1),
            world: serde_json::from_str(WORLD).unwrap(),
        }
    }

    fn explained(&self, row: &Value, horizon: Horizon<'_>) -> (Simulation, Explanation) {
        let facts = json!({
            "session": {"aal": 3, "auth_age_minutes": 10, "idle_minutes": 0, "revoked": false},
            "device": "ns",
        });
        let now = countersign_tests::house::start();
        scenario::explain(&self.engine, &self.snapshot, row, &facts, horizon, now).unwrap()
    }

    fn everything(&self) -> Horizon<'_> {
        Horizon::everything(&self.snapshot, countersign_tests::house::start())
    }

    fn of(&self, reader: &str) -> Horizon<'_> {
        Horizon::of(reader, &self.snapshot, countersign_tests::house::start())
    }

    fn may_discover(&self, reader: &str, channel: &str) -> bool {
        let question = Question {
            subject: reader.to_owned(),
            action: "channel.discover".to_owned(),
            resource: Reference::new("channel", channel),
            context: Context::default(),
        };
        let now = countersign_tests::house::start();
        self.engine
            .decide(&self.snapshot, &question, &Facts::standing(), now)
            .allowed()
    }

    /// Every word of the world that is above `reader`.
    fn above(&self, reader: &str) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        for (id, _) in self.snapshot.channels() {
            if !self.may_discover(reader, id.as_str()) {
                words.insert(id.to_string());
                for kind in ["messages", "files"] {
                    let items = self.world[kind].as_object().unwrap().iter();
                    let here = items.filter(|(_, item)| item["channel"] == id.as_str());
                    words.extend(here.map(|(id, _)| id.clone()));
                }
            }
        }
        let horizon = self.of(reader);
        let levels = Schemes::builtin().iter().flat_map(|scheme| {
            let levels = scheme.levels.iter().filter(|level| level.rank >= 2);
            levels.map(move |level| RawLabel::new(&scheme.id, &level.id))
        });
        let (known, above): (Vec<_>, Vec<_>) = levels.partition(|label| horizon.label(label));
        words.extend(
            above
                .iter()
                .flat_map(|label| label.level.split(' '))
                .map(str::to_owned),
        );
        for word in known.iter().flat_map(|label| label.level.split(' ')) {
            words.remove(word);
        }
        let tags = Schemes::builtin().iter().flat_map(|scheme| &scheme.tags);
        words.extend(
            tags.map(|tag| tag.id.clone())
                .filter(|tag| !horizon.compartment(tag)),
        );
        words.extend(["SI".to_owned(), "NUC".to_owned()]);
        // The name of one channel, and a common word.
        words.remove("closed");
        words
    }
}

fn words(value: &Value) -> BTreeSet<String> {
    value
        .to_string()
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .map(str::to_owned)
        .collect()
}

#[test]
fn an_explanation_says_what_the_decision_says() {
    let asked = Asked::new();
    let mut policies = 0;
    for row in Questions::new(&asked.world, 7).take(QUESTIONS) {
        let (simulation, why) = asked.explained(&row, asked.everything());
        let decision = &simulation.decision;
        let codes: Vec<&str> = why.guards.iter().map(|guard| guard.code).collect();
        let failing: Vec<&str> = decision.failing.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes, failing, "{row}");
        let ids: Vec<&String> = why.policies.iter().map(|policy| &policy.id).collect();
        assert_eq!(ids, decision.determining.iter().collect::<Vec<_>>(), "{row}");
        for policy in &why.policies {
            policies += 1;
            assert!(
                policy.clauses.iter().all(|clause| clause.value == Some(true)),
                "a condition of {} is not shown to hold: {row}",
                policy.id
            );
        }
        for guard in why.guards.iter().filter(|guard| guard.number > 1) {
            assert!(
                !guard.changes.is_empty(),
                "{}: nothing would change it: {row}",
                guard.code
            );
        }
        assert!(!words(&json!(why)).contains(WITHHELD), "{row}");
    }
    assert!(policies > QUESTIONS / 2, "{policies}");
}

/// What would have to change for the guard of that code, as the record itself reads it.
fn changes(row: &Value, code: &str) -> Vec<String> {
    let asked = Asked::new();
    let (_, why) = asked.explained(row, asked.everything());
    let guard = why.guards.iter().find(|guard| guard.code == code);
    guard
        .unwrap_or_else(|| panic!("{code} of {:?}", why.guards))
        .changes
        .clone()
}

#[test]
fn a_label_that_no_agreement_brings_along_asks_for_an_agreement_that_covers_labels() {
    let s28 = json!({
        "subject": "mia", "action": "message.forward", "resource": {"type": "message", "id": "m-orcon"},
        "context": {"to": {"type": "channel", "id": "de-vsnfd"}},
    });
    let needed = "an agreement in force from US to DE that covers labels";
    assert_eq!(changes(&s28, "NO_EQUIVALENCE"), [needed]);
    let quoted = json!({
        "subject": "alice", "action": "message.post", "resource": {"type": "channel", "id": "ops-ns"},
        "context": {"quotes": [{"type": "message", "id": "m-orcon"}, {"type": "message", "id": "m-ns"}]},
    });
    let needed = "an agreement in force from US to NATO that covers labels";
    assert_eq!(changes(&quoted, "NO_EQUIVALENCE"), [needed]);

    let asked = Asked::new();
    let (_, why) = asked.explained(&s28, asked.of("noah"));
    let guard = why
        .guards
        .iter()
        .find(|guard| guard.code == "NO_EQUIVALENCE")
        .unwrap();
    let [change] = guard.changes.as_slice() else {
        panic!("{guard:?}")
    };
    assert!(
        !change.contains("US") && change.contains("the scheme of label-"),
        "{change}"
    );
}

#[test]
fn who_lacks_nothing_is_not_asked_for_anything() {
    let weak_device = json!({
        "subject": "alice", "action": "user.direct_message", "resource": {"type": "user", "id": "noah"},
        "context": {"target": {"type": "user", "id": "noah"}, "label": {"scheme": "NATO", "level": "NS"}},
        "facts": {"device": "smk"},
    });
    let clearance = "the target: a clearance of NS or above in NATO valid now";
    assert_eq!(changes(&weak_device, "CLEARANCE_LEVEL"), [clearance]);
    let device = "a device accredited for NATO NS or above";
    assert_eq!(changes(&weak_device, "DEVICE_CAP"), [device]);

    let both = json!({
        "subject": "noah", "action": "user.direct_message", "resource": {"type": "user", "id": "ivan"},
        "context": {"target": {"type": "user", "id": "ivan"}, "label": {"scheme": "NATO", "level": "NS"}},
    });
    let hers = "a clearance of NS or above in NATO valid now";
    assert_eq!(changes(&both, "CLEARANCE_LEVEL"), [hers, clearance]);

    let inactive = json!({
        "subject": "alice", "action": "user.direct_message", "resource": {"type": "user", "id": "rita"},
        "context": {"target": {"type": "user", "id": "rita"}},
    });
    assert_eq!(
        changes(&inactive, "ACCOUNT_INACTIVE"),
        ["an active account of the target"]
    );
}

#[test]
fn what_owners_accept_is_not_for_a_second_person_to_approve() {
    let asked = Asked::new();
    let row = json!({
        "subject": "alice", "action": "message.forward", "resource": {"type": "message", "id": "m-nr"},
        "context": {"to": {"type": "channel", "id": "mixed"}},
        "given": {"settings": {"rules": {"owner_accepts_upward": true}}},
    });
    let (_, why) = asked.explained(&row, asked.everything());
    let [guard] = why.guards.as_slice() else {
        panic!("{:?}", why.guards)
    };
    assert_eq!(
        guard.text,
        "An owner of the channel that it goes to must forward it."
    );
    assert_eq!(
        guard.changes,
        ["an owner of the channel it goes to, who forwards it"]
    );
    let hers = "Only an owner of the channel that it goes to may forward this.";
    assert_eq!(why.person.text, Some(hers));
    let publish = json!({
        "subject": "judy", "action": "policy.publish", "resource": {"type": "policy", "id": "bundle"},
    });
    assert_eq!(
        changes(&publish, "DUAL_CONTROL"),
        ["an approval by another active security officer"]
    );
}

#[test]
fn no_explanation_has_a_word_above_its_reader() {
    let asked = Asked::new();
    let mut cut = 0;
    for reader in ["olga", "judy", "noah"] {
        let above = asked.above(reader);
        assert!(above.contains("nuc-cts") && above.contains("CTS"), "{above:?}");
        for row in Questions::new(&asked.world, 11).take(QUESTIONS) {
            // What somebody supposes is her own word.
            if row.get("given").is_some() {
                continue;
            }
            let (simulation, why) = asked.explained(&row, asked.of(reader));
            let told = json!({"why": why, "inputs": simulation.inputs});
            let said = words(&told);
            let slipped: Vec<&String> = said.intersection(&above).collect();
            assert!(slipped.is_empty(), "{reader} reads {slipped:?}: {row}\n{told:#}");
            cut += usize::from(said.contains(WITHHELD));
        }
    }
    assert!(cut > QUESTIONS / 4, "{cut}");
}
