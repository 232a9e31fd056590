// SPDX-License-Identifier: Apache-2.0
//! Facts come from our stores: what a question says about people and channels changes nothing, and
//! is named in the record.

use std::collections::BTreeMap;

use countersign_authn::assurance::Level;
use countersign_tests::house::{WORLD, open_house, question, whole_world};
use http::Method;
use serde_json::{Value, json};

/// What the chat server itself knows best, and where a question says it; all else is ours to know.
const HEARD: [(&str, &[&str]); 2] = [
    (
        "context",
        &[
            "approval",
            "at_least_revision",
            "session",
            "supported_obligations",
        ],
    ),
    ("resource", &["channel"]),
];

/// Every attribute of our stores by its name, with every value that anything in the world has for it; and what
/// is known of sessions and of the moment, by the names that scenarios give it.
fn protected() -> BTreeMap<String, Vec<Value>> {
    let world: Value = serde_json::from_slice(WORLD).unwrap();
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut add = |name: &str, value: &Value| {
        let values = found.entry(name.to_owned()).or_default();
        if !values.contains(value) {
            values.push(value.clone());
        }
    };
    for map in ["users", "channels", "messages", "files", "devices", "nodes"] {
        for thing in world[map].as_object().unwrap().values() {
            for (name, value) in thing.as_object().unwrap() {
                add(name, value);
            }
        }
    }
    for clearance in world["users"]["carol"]["clearances"].as_array().unwrap() {
        for (name, value) in clearance.as_object().unwrap() {
            add(name, value);
        }
        add("clearance", clearance);
    }
    for (name, values) in [
        ("aal", vec![json!(0), json!(3)]),
        ("administration", vec![json!({"aal": 1, "managed_device": false})]),
        ("approver", vec![json!("judy")]),
        ("audit", vec![json!("unavailable")]),
        ("auth_age_minutes", vec![json!(0), json!(100_000)]),
        ("communities", vec![json!({"NATO": ["CHE"]})]),
        ("device", vec![json!("cts"), json!("byod")]),
        ("idle_minutes", vec![json!(0), json!(61)]),
        ("location", vec![json!("XX")]),
        ("lost", vec![json!(true)]),
        ("now", vec![json!("2040-01-01T00:00:00Z")]),
        ("owner", vec![json!("noah")]),
        ("reported", vec![json!({"scheme": "NATO", "level": "CTS"})]),
        ("requester", vec![json!("kara")]),
        ("revoked", vec![json!(true), json!(false)]),
        ("rules", vec![json!({"any_nationality": true})]),
        ("server_node", vec![json!("sfu-nr"), json!("nato-pol")]),
        ("standing", vec![json!(true)]),
    ] {
        for value in &values {
            add(name, value);
        }
    }
    found
}

/// Questions that are allowed, and others that are denied for reasons of each kind.
fn questions() -> Vec<Value> {
    let item = |person: &str, action: &str, kind: &str, id: &str| {
        let mut asked = question(person, action, id);
        asked["resource"]["type"] = json!(kind);
        asked
    };
    vec![
        question("alice", "channel.join", "ops-ns"),
        question("alice", "message.post", "town"),
        item("alice", "message.read", "message", "m-ns"),
        item("alice", "user.direct_message", "user", "bob"),
        question("noah", "channel.join", "ops-ns"),
        question("noah", "channel.join", "log-nr"),
        question("alice", "channel.join", "nuc-cts"),
        question("rita", "channel.join", "town"),
        item("noah", "message.read", "message", "m-nuc-nr"),
        item("alice", "user.revoke", "user", "bob"),
    ]
}

/// All that an answer says, without its name.
fn said(mut answer: Value) -> Value {
    answer["context"]["decision_id"].take();
    answer
}

#[tokio::test]
async fn no_property_of_a_request_changes_the_answer() {
    let house = open_house().await;
    let mut record = whole_world("demo");
    record["may_assert"] = json!([]);
    let server = house.connect(record).await;
    for person in ["alice", "noah"] {
        let browser = house.browser(person, Level::Aal3, Some("ns")).await;
        house.tie(&browser, "demo").await;
    }
    let protected = protected();
    assert!(protected.len() >= 40, "{:?}", protected.keys());
    let mut allowed = 0;
    for plain in questions() {
        let expected = said(house.ask(&server, plain.clone()).await);
        allowed += usize::from(expected["decision"] == true);
        for (name, values) in &protected {
            for value in values {
                let mut asked = plain.clone();
                let places = [
                    ("subject", &["subject", "properties"] as &[&str]),
                    ("resource", &["resource", "properties"]),
                    ("action", &["action", "properties"]),
                    ("context", &["context"]),
                ];
                for (place, path) in places {
                    let heard = HEARD.iter().find(|(heard, _)| *heard == place);
                    if heard.is_some_and(|(_, names)| names.contains(&name.as_str())) {
                        continue;
                    }
                    let at = path.iter().fold(&mut asked, |at, step| &mut at[*step]);
                    *at = json!({ name: value });
                }
                let answer = said(house.ask(&server, asked).await);
                assert_eq!(answer, expected, "{name} {value}: {plain}");
            }
        }
    }
    assert_eq!(allowed, 4);
}

#[tokio::test]
async fn what_a_server_may_not_assert_is_named_in_the_record() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["may_assert"] = json!([]);
    let server = house.connect(record).await;
    let mut asked = question("alice", "message.post", "town");
    asked["context"] = json!({"label": {"scheme": "NATO", "level": "NU"}, "mood": "good"});
    asked["subject"]["properties"] = json!({"clearance": "CTS"});
    let answer = house.ask(&server, asked).await;
    let id = answer["context"]["decision_id"].as_str().unwrap();
    let leaf = {
        house.app.drain().await.unwrap();
        let mut db = house.database.pool.acquire().await.unwrap();
        countersign_audit::store::leaves::decision(id, &mut db)
            .await
            .unwrap()
            .unwrap()
    };
    let record: serde_json::Value = serde_json::from_slice(&leaf.record).unwrap();
    assert_eq!(
        record["body"]["asker"]["ignored"],
        json!(["context.label", "context.mood", "subject.clearance"])
    );
    let olga = house.browser("olga", Level::Aal2, None).await;
    let why = house
        .as_person(&olga, Method::GET, &format!("/api/v1/decisions/{id}"), None)
        .await;
    assert_eq!(why.status, 200, "{}", why.text);
}
