// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/filter`: many "may she see it?" at once.

use std::collections::{BTreeMap, BTreeSet};

use countersign_authn::assurance::Level;
use countersign_tests::house::{ServerCaller, TestHouse, WORLD, open_house, whole_world};
use countersign_tests::oracle::questions::Questions;
use http::{Method, StatusCode};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/filter";

async fn filter(house: &TestHouse, server: &ServerCaller, body: Value) -> Vec<bool> {
    let answer = house.as_server(server, Method::POST, PATH, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let allowed = answer.json()["allowed"].clone();
    serde_json::from_value(allowed).unwrap()
}

/// What is asked about in random questions, by who asks.
fn drawn() -> BTreeMap<String, Vec<Value>> {
    let world: Value = serde_json::from_slice(WORLD).unwrap();
    let mut drawn: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in Questions::new(&world, 29).take(400) {
        let resource = row["resource"].clone();
        if ["channel", "file", "message", "user"].contains(&resource["type"].as_str().unwrap()) {
            let person = row["subject"].as_str().unwrap();
            drawn.entry(person.to_owned()).or_default().push(resource);
        }
    }
    drawn
}

#[tokio::test]
async fn a_filter_lets_pass_what_decisions_one_by_one_allow() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    for (person, level, device) in [
        ("alice", Level::Aal3, "ns"),
        ("carol", Level::Aal3, "cts"),
        ("dave", Level::Aal2, "smk"),
        ("mia", Level::Aal3, "npe"),
        ("noah", Level::Aal1, "ns"),
    ] {
        let browser = house.browser(person, level, Some(device)).await;
        house.tie(&browser, "demo").await;
    }
    let mut met = BTreeSet::new();
    for (person, resources) in drawn() {
        let subject = json!({"type": "user", "id": person});
        let body = json!({"subject": subject, "resources": resources});
        let allowed = filter(&house, &server, body).await;
        assert_eq!(allowed.len(), resources.len());
        for (resource, allowed) in resources.iter().zip(allowed) {
            let kind = resource["type"].as_str().unwrap();
            let action = match kind {
                "message" => "message.read",
                "file" => "file.download",
                "channel" => "channel.discover",
                _ => {
                    assert!(!allowed, "{resource}");
                    continue;
                }
            };
            let question = json!({"subject": subject, "action": {"name": action}, "resource": resource});
            let answer = house.ask(&server, question).await;
            assert_eq!(answer["decision"], allowed, "{person} {resource}: {answer}");
            met.insert((kind.to_owned(), allowed));
        }
    }
    assert_eq!(met.len(), 6, "yes and no of each: {met:?}");
}

#[tokio::test]
async fn a_session_that_is_named_counts_and_each_is_on_record() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let strong = house.browser("alice", Level::Aal3, Some("ns")).await;
    let strong = house.tie(&strong, "demo").await;
    let weak = house.browser("alice", Level::Aal1, None).await;
    house.tie(&weak, "demo").await;
    let mut body = json!({
        "subject": {"type": "user", "id": "alice"},
        "resources": [{"type": "message", "id": "m-ns"}, {"type": "channel", "id": "town"}],
    });
    assert_eq!(filter(&house, &server, body.clone()).await, [false, true]);
    body["context"] = json!({"session": strong.as_str()});
    let mut live = house.app.recorder.live();
    assert_eq!(filter(&house, &server, body).await, [true, true]);
    let actions = [live.try_recv().unwrap(), live.try_recv().unwrap()];
    let actions: BTreeSet<String> = actions
        .iter()
        .map(|recorded| recorded.body.action.clone())
        .collect();
    assert_eq!(
        actions,
        BTreeSet::from(["message.read", "channel.discover"].map(str::to_owned))
    );
}

#[tokio::test]
async fn more_than_a_thousand_are_too_many_and_what_is_no_list_is_400() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let subject = json!({"type": "user", "id": "alice"});
    let town = json!({"type": "channel", "id": "town"});
    let many = json!({"subject": subject, "resources": vec![town.clone(); 1_001]});
    let answer = house.as_server(&server, Method::POST, PATH, Some(many)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    for bad in [
        json!({"subject": subject}),
        json!({"resources": [town]}),
        json!({"subject": subject, "resources": town}),
        json!({"subject": subject, "resources": [{"type": "channel"}]}),
        json!({"subject": subject, "resources": [], "context": {"at_least_revision": 1}}),
    ] {
        let answer = house
            .as_server(&server, Method::POST, PATH, Some(bad.clone()))
            .await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    let nothing = json!({"subject": subject, "resources": []});
    assert!(filter(&house, &server, nothing).await.is_empty());
}
