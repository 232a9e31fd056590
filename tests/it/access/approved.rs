// SPDX-License-Identifier: Apache-2.0
//! `context.approval`: a chat server carries out what two people have agreed on, exactly that, once.

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_tests::house::{Browser, ServerCaller, TestHouse, open_house, question, whole_world};
use http::Method;
use serde_json::{Value, json};

/// The owner carol, signed in for NATO SECRET at the chat server; kara and judy are security officers.
async fn owner_and_officer() -> (TestHouse, ServerCaller, Browser, Browser) {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let carol = house.browser("carol", Level::Aal3, Some("ns")).await;
    house.tie(&carol, "demo").await;
    let kara = house.browser("kara", Level::Aal2, None).await;
    (house, server, carol, kara)
}

/// Proposes as `by`, and gives the proposal's id.
async fn proposed(house: &TestHouse, by: &Browser, path: &str, body: Value) -> String {
    let answer = house.as_person(by, Method::POST, path, Some(body)).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["proposal"].as_str().unwrap().to_owned()
}

async fn approve(house: &TestHouse, by: &Browser, id: &str) {
    let path = format!("/api/v1/proposals/{id}");
    let shown = house.as_person(by, Method::GET, &path, None).await.json();
    let seen = json!({"parameters": shown["parameters"]});
    let approved = house
        .as_person(by, Method::POST, &format!("{path}/approve"), Some(seen))
        .await;
    assert_eq!(approved.status, 200, "{}", approved.text);
}

fn federate(node: &str, approval: &str) -> Value {
    let mut asked = question("carol", "channel.federate", "ops-ns");
    asked["context"] = json!({"node": node, "approval": approval});
    asked
}

fn relabel(level: &str, approval: &str) -> Value {
    let mut asked = question("carol", "channel.reclassify", "ops-ns");
    asked["context"] = json!({"label": {"scheme": "NATO", "level": level}, "approval": approval});
    asked
}

#[tokio::test]
async fn a_channel_is_federated_once_with_the_word_of_two() {
    let (house, server, carol, kara) = owner_and_officer().await;
    let path = "/api/v1/channels/ops-ns/federate?reason=joint%20watch";
    let id = proposed(&house, &carol, path, json!({"node": "nato-pol"})).await;
    let early = house.ask(&server, federate("nato-pol", &id)).await;
    assert_eq!(
        early["context"]["reason"], "DUAL_CONTROL",
        "nobody has approved: {early}"
    );
    approve(&house, &kara, &id).await;
    let done = house
        .as_person(
            &carol,
            Method::POST,
            &format!("/api/v1/proposals/{id}/execute"),
            None,
        )
        .await;
    assert_eq!(
        done.status, 409,
        "it is the chat server that does it: {}",
        done.text
    );
    let answer = house.ask(&server, federate("nato-pol", &id)).await;
    assert_eq!(answer["decision"], true, "{answer}");
    assert_eq!(
        answer["context"]["expires_at"], "2026-11-23T12:00:00.000Z",
        "an approval that is spent lends no answer a later life: {answer}"
    );
    let again = house.ask(&server, federate("nato-pol", &id)).await;
    assert_eq!(again["context"]["reason"], "DUAL_CONTROL", "used once: {again}");
    let shown = house
        .as_person(&carol, Method::GET, &format!("/api/v1/proposals/{id}"), None)
        .await
        .json();
    assert_eq!(shown["state"], "used");
}

#[tokio::test]
async fn an_approval_is_good_for_nothing_else_and_for_nobody_else() {
    let (house, server, carol, kara) = owner_and_officer().await;
    let judy = house.browser("judy", Level::Aal3, Some("ns")).await;
    house.tie(&judy, "demo").await;
    let path = "/api/v1/channels/ops-ns/federate?reason=joint%20watch";
    let id = proposed(&house, &carol, path, json!({"node": "nato-pol"})).await;
    approve(&house, &kara, &id).await;
    let mut others = vec![
        ("another node", federate("sfu-ns", &id)),
        ("another act", relabel("NR", &id)),
        ("another name", federate("nato-pol", "A-NOT-ONE")),
        ("no text", federate("nato-pol", "")),
    ];
    let mut by_judy = federate("nato-pol", &id);
    by_judy["subject"]["id"] = json!("judy");
    others.push(("another person", by_judy));
    for (what, asked) in others {
        let answer = house.ask(&server, asked).await;
        assert_eq!(answer["context"]["reason"], "DUAL_CONTROL", "{what}: {answer}");
    }
    house.advance(TimeDelta::minutes(15)).await;
    let answer = house.ask(&server, federate("nato-pol", &id)).await;
    assert_eq!(answer["decision"], true, "none of these has spent it: {answer}");
}

#[tokio::test]
async fn an_approval_ends_with_its_proposal_and_with_what_it_started_from() {
    let (house, server, carol, kara) = owner_and_officer().await;
    let path = "/api/v1/channels/ops-ns/reclassify?reason=over";
    let label = |level: &str| json!({"scheme": "NATO", "level": level});
    let rejected = proposed(&house, &carol, path, label("NR")).await;
    house
        .as_person(
            &kara,
            Method::POST,
            &format!("/api/v1/proposals/{rejected}/reject"),
            None,
        )
        .await;
    let answer = house.ask(&server, relabel("NR", &rejected)).await;
    assert_eq!(answer["context"]["reason"], "DUAL_CONTROL", "rejected: {answer}");

    let outdated = proposed(&house, &carol, path, label("NR")).await;
    approve(&house, &kara, &outdated).await;
    let named = house
        .as_person(
            &carol,
            Method::PATCH,
            "/api/v1/channels/ops-ns",
            Some(json!({"name": "Baltic watch"})),
        )
        .await;
    assert_eq!(named.status, 200, "{}", named.text);
    let answer = house.ask(&server, relabel("NR", &outdated)).await;
    assert_eq!(
        answer["context"]["reason"], "DUAL_CONTROL",
        "the channel has changed: {answer}"
    );

    let late = proposed(&house, &carol, path, label("NC")).await;
    approve(&house, &kara, &late).await;
    for _ in 0..35 {
        house.advance(TimeDelta::minutes(14)).await;
        house
            .ask(&server, question("carol", "channel.join", "town"))
            .await;
    }
    let answer = house.ask(&server, relabel("NC", &late)).await;
    assert_eq!(answer["context"]["reason"], "DUAL_CONTROL", "ran out: {answer}");
}

#[tokio::test]
async fn a_label_lowered_by_two_is_lowered_here_and_its_report_is_no_drift() {
    let (house, server, carol, kara) = owner_and_officer().await;
    let path = "/api/v1/channels/ops-ns/reclassify?reason=exercise%20over";
    let label = json!({"scheme": "NATO", "level": "NR"});
    let id = proposed(&house, &carol, path, label.clone()).await;
    approve(&house, &kara, &id).await;
    let answer = house.ask(&server, relabel("NR", &id)).await;
    assert_eq!(answer["decision"], true, "{answer}");
    let report = house
        .as_server(
            &server,
            Method::PUT,
            "/api/v1/channels/ops-ns",
            Some(json!({"label": label})),
        )
        .await
        .json();
    assert_eq!(report["label"]["level"], "NR", "{report}");
    assert_eq!(report["drift"], Value::Null, "{report}");
    let leaves = house
        .as_person(
            &house.browser("olga", Level::Aal2, None).await,
            Method::GET,
            "/api/v1/decisions?action=channel.reclassify",
            None,
        )
        .await;
    assert!(leaves.text.contains("carol"), "{}", leaves.text);
}
