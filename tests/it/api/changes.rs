// SPDX-License-Identifier: Apache-2.0
//! The feed by which a chat server learns who is out and who must leave.

use countersign_authn::assurance::Level;
use countersign_tests::house::{ServerCaller, TestHouse, open_house, whole_world};
use http::Method;
use serde_json::{Value, json};

async fn after(house: &TestHouse, server: &ServerCaller, cursor: &str) -> Value {
    let answer = house
        .as_server(
            server,
            Method::GET,
            &format!("/api/v1/changes?after={cursor}"),
            None,
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn state(house: &TestHouse, server: &ServerCaller) -> Value {
    house
        .as_server(server, Method::GET, "/api/v1/changes/state", None)
        .await
        .json()
}

fn kinds<'a>(changes: &'a Value, kind: &str) -> Vec<&'a Value> {
    changes["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["kind"] == kind)
        .collect()
}

#[tokio::test]
async fn a_revoked_person_is_out_and_leaves_her_channels() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let before = state(&house, &server).await;
    assert_eq!(before["ended_users"], json!(["rita"]));
    let alice = house.browser("alice", Level::Aal2, None).await;
    let sid = house.tie(&alice, "demo").await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    house
        .as_person(&judy, Method::POST, "/api/v1/people/alice/revoke", None)
        .await;
    let changes = after(&house, &server, before["cursor"].as_str().unwrap()).await;
    assert_eq!(
        kinds(&changes, "user_ended"),
        [&json!({"kind": "user_ended", "user": "alice"})]
    );
    assert_eq!(
        kinds(&changes, "session_ended"),
        [&json!({"kind": "session_ended", "user": "alice", "session": sid.as_str()})]
    );
    let evicted = kinds(&changes, "eviction");
    let mut channels: Vec<&str> = evicted
        .iter()
        .map(|change| change["channel"].as_str().unwrap())
        .collect();
    channels.sort_unstable();
    assert_eq!(
        channels,
        ["closed", "de-vsnfd", "log-nr", "mixed", "ops-ns", "town"]
    );
    assert!(
        evicted
            .iter()
            .all(|change| change["decision_id"].as_str().unwrap().starts_with("D-"))
    );
    let later = after(&house, &server, changes["cursor"].as_str().unwrap()).await;
    assert_eq!(later["changes"], json!([]));
}

#[tokio::test]
async fn a_server_hears_nothing_of_what_it_may_not_know() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["scope"] = json!({"people": {"list": ["noah"]}, "channels": {"list": ["town"]}});
    let server = house.connect(record).await;
    let before = state(&house, &server).await;
    assert_eq!(before["ended_users"], json!([]));
    let judy = house.browser("judy", Level::Aal2, None).await;
    house
        .as_person(&judy, Method::POST, "/api/v1/people/kara/revoke", None)
        .await;
    let changes = after(&house, &server, before["cursor"].as_str().unwrap()).await;
    assert_eq!(changes["changes"], json!([]));
}

#[tokio::test]
async fn a_raised_label_is_told_with_those_who_must_leave() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let path = "/api/v1/channels/room";
    let report = |level: &str| Some(json!({"label": {"scheme": "NATO", "level": level}}));
    house.as_server(&server, Method::PUT, path, report("NU")).await;
    for user in ["alice", "noah"] {
        house
            .as_server(&server, Method::PUT, &format!("{path}/members/{user}"), None)
            .await;
    }
    let before = state(&house, &server).await;
    house.as_server(&server, Method::PUT, path, report("NR")).await;
    let changes = after(&house, &server, before["cursor"].as_str().unwrap()).await;
    assert_eq!(kinds(&changes, "label")[0]["label"]["level"], "NR");
    let evicted: Vec<_> = kinds(&changes, "eviction")
        .iter()
        .map(|change| change["user"].clone())
        .collect();
    assert_eq!(evicted, ["noah"]);
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let answer = house
        .as_server(&server, Method::GET, "/api/v1/changes?after=17", None)
        .await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_query_that_cannot_be_used_is_a_problem_that_says_so() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    for path in ["/api/v1/changes?wait=long", "/api/v1/catalog"] {
        let answer = house.as_server(&server, Method::GET, path, None).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("the query cannot be used: "), "{detail}");
    }
}
