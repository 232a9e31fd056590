// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/catalog`: the labels to offer somebody who writes.

use countersign_tests::house::{ServerCaller, TestHouse, open_house, whole_world};
use http::Method;
use serde_json::{Value, json};

async fn labels(house: &TestHouse, server: &ServerCaller, user: &str) -> Vec<Value> {
    let path = format!("/api/v1/catalog?user={user}");
    let answer = house.as_server(server, Method::GET, &path, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["labels"].as_array().unwrap().clone()
}

fn of(labels: &[Value], scheme: &str) -> Vec<String> {
    let labels = labels.iter().map(|offered| &offered["label"]);
    labels
        .filter(|label| label["scheme"] == scheme)
        .map(|label| label["level"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn everybody_is_offered_what_she_is_cleared_for_and_no_more() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let alice = labels(&house, &server, "alice").await;
    assert_eq!(of(&alice, "NATO"), ["NU", "NR", "NC", "NS"]);
    assert!(of(&alice, "DE").contains(&"GEHEIM".to_owned()), "{alice:?}");
    assert!(!of(&alice, "DE").contains(&"STRENG GEHEIM".to_owned()));
    let carol = labels(&house, &server, "carol").await;
    assert_eq!(of(&carol, "NATO").last().unwrap(), "CTS");
    let noah = labels(&house, &server, "noah").await;
    assert_eq!(of(&noah, "NATO"), ["NU"]);
    let gina = labels(&house, &server, "gina").await;
    assert!(!of(&gina, "NATO").contains(&"NC".to_owned()), "{gina:?}");
    let hugo = labels(&house, &server, "hugo").await;
    assert!(hugo.is_empty(), "who runs the machines writes nothing: {hugo:?}");
}

#[tokio::test]
async fn a_label_comes_with_its_words_and_colours_and_one_is_the_default() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let offered = labels(&house, &server, "alice").await;
    let secret = offered
        .iter()
        .find(|offered| offered["label"] == json!({"scheme": "NATO", "level": "NS"}));
    let secret = secret.unwrap();
    assert_eq!(secret["marking"], "NATO SECRET");
    assert_eq!(secret["default"], false);
    for member in ["background", "foreground"] {
        let colour = secret[member].as_str().unwrap();
        assert!(colour.starts_with('#') && colour.len() == 7, "{colour}");
    }
    let defaults: Vec<&Value> = offered
        .iter()
        .filter(|offered| offered["default"] == true)
        .map(|offered| &offered["label"])
        .collect();
    assert_eq!(defaults, [&json!({"scheme": "NATO", "level": "NU"})]);
}

#[tokio::test]
async fn on_a_server_that_is_accredited_for_little_little_is_offered() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["node"] = json!("sfu-nr");
    let server = house.connect(record).await;
    assert_eq!(of(&labels(&house, &server, "alice").await, "NATO"), ["NU", "NR"]);
}

#[tokio::test]
async fn asking_for_labels_changes_no_world() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let channels = house.app.snapshot().channels().count();
    labels(&house, &server, "alice").await;
    assert_eq!(house.app.snapshot().channels().count(), channels);
}

#[tokio::test]
async fn whom_the_server_may_not_know_has_no_labels_and_a_server_without_labels_gets_none() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["scope"]["people"] = json!({"list": ["noah"]});
    let server = house.connect(record.clone()).await;
    for (path, status) in [
        ("/api/v1/catalog?user=noah", 200),
        ("/api/v1/catalog?user=alice", 404),
        ("/api/v1/catalog?user=nobody", 404),
        ("/api/v1/catalog", 400),
    ] {
        let answer = house.as_server(&server, Method::GET, path, None).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
    record["may_assert"] = json!(["target"]);
    let server = house.connect(record).await;
    let answer = house
        .as_server(&server, Method::GET, "/api/v1/catalog?user=noah", None)
        .await;
    assert_eq!(answer.status, 403);
}
