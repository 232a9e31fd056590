// SPDX-License-Identifier: Apache-2.0
//! Channels and members as a chat server reports them.

use countersign_tests::house::{ServerCaller, TestHouse, open_house, question, whole_world};
use http::Method;
use serde_json::{Value, json};

async fn chat(house: &TestHouse) -> ServerCaller {
    let mut record = whole_world("chat");
    record["scope"] = json!({"people": "all", "channels": {"list": []}});
    record["user_id"] = json!({"template": "@{id}:chat.example"});
    house.connect(record).await
}

async fn put(house: &TestHouse, server: &ServerCaller, level: &str) -> Value {
    let report =
        json!({"label": {"scheme": "NATO", "level": level}, "missions": ["BALTIC"], "label_mode": "portion"});
    let answer = house
        .as_server(
            server,
            Method::PUT,
            "/api/v1/channels/!room:chat.example",
            Some(report),
        )
        .await;
    assert!(answer.status.is_success(), "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn a_registered_channel_is_decided_about() {
    let house = open_house().await;
    let server = chat(&house).await;
    put(&house, &server, "NR").await;
    let answer = house
        .ask(
            &server,
            question("@noah:chat.example", "channel.join", "!room:chat.example"),
        )
        .await;
    assert_eq!(answer["context"]["reason"], "BRIEFING_MISSING", "{answer}");
}

#[tokio::test]
async fn a_reported_label_may_rise_and_never_fall() {
    let house = open_house().await;
    let server = chat(&house).await;
    put(&house, &server, "NR").await;
    assert_eq!(put(&house, &server, "NS").await["label"]["level"], "NS");
    let lowered = put(&house, &server, "NU").await;
    assert_eq!(lowered["label"]["level"], "NS");
    assert_eq!(lowered["drift"], true);
    let answer = house
        .ask(
            &server,
            question("@alice:chat.example", "message.post", "!room:chat.example"),
        )
        .await;
    assert_eq!(
        answer["decision"], false,
        "posting stops until a reclassification"
    );
}

#[tokio::test]
async fn members_come_and_go_however_often_it_is_said() {
    let house = open_house().await;
    let server = chat(&house).await;
    put(&house, &server, "NU").await;
    let member = "/api/v1/channels/!room:chat.example/members/@alice:chat.example";
    for _ in 0..2 {
        assert_eq!(
            house.as_server(&server, Method::PUT, member, None).await.status,
            204
        );
    }
    assert_eq!(
        house
            .app
            .snapshot()
            .memberships("alice")
            .iter()
            .filter(|id| id.as_str() == "!room:chat.example")
            .count(),
        1
    );
    for _ in 0..2 {
        assert_eq!(
            house
                .as_server(&server, Method::DELETE, member, None)
                .await
                .status,
            204
        );
    }
    assert_eq!(
        house
            .app
            .snapshot()
            .memberships("alice")
            .iter()
            .filter(|id| id.as_str() == "!room:chat.example")
            .count(),
        0
    );
}

#[tokio::test]
async fn a_channel_of_another_server_is_unknown() {
    let house = open_house().await;
    let server = chat(&house).await;
    put(&house, &server, "NU").await;
    let mut other = whole_world("other");
    other["scope"] = json!({"people": "all", "channels": {"list": []}});
    let other = house.connect(other).await;
    let path = "/api/v1/channels/!room:chat.example";
    assert_eq!(house.as_server(&other, Method::GET, path, None).await.status, 404);
    let member = "/api/v1/channels/!room:chat.example/members/alice";
    assert_eq!(
        house.as_server(&other, Method::PUT, member, None).await.status,
        404
    );
    assert_eq!(
        house.as_server(&server, Method::GET, path, None).await.status,
        200
    );
}

#[tokio::test]
async fn a_report_that_cannot_be_understood_says_where() {
    let house = open_house().await;
    let server = chat(&house).await;
    for (report, place) in [
        (
            json!({"label": {"scheme": "NATO", "level": "NOT-A-LEVEL"}}),
            "NOT-A-LEVEL",
        ),
        (
            json!({"label": {"scheme": "NATO", "level": "NU", "nationals_onyl": true}}),
            "label",
        ),
        (json!({"labels": {}}), "labels"),
        (json!({}), "label"),
    ] {
        let answer = house
            .as_server(
                &server,
                Method::PUT,
                "/api/v1/channels/!new:chat.example",
                Some(report),
            )
            .await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(
            answer.json()["detail"].as_str().unwrap().contains(place),
            "{}",
            answer.text
        );
    }
}
