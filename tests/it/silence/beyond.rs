// SPDX-License-Identifier: Apache-2.0
//! Beyond a connected server's scope: what happens there changes nothing that it gets, byte for byte.

use countersign_authn::assurance::Level;
use countersign_tests::house::{ServerCaller, TestHouse, open_house, question, whole_world};
use http::Method;
use serde_json::{Value, json};

async fn narrow(house: &TestHouse) -> ServerCaller {
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    record["scope"] =
        json!({"people": {"list": ["alice", "noah"]}, "channels": {"list": ["town", "log-nr"]}});
    house.connect(record).await
}

/// Things that happen to people and channels that the server may not know of.
async fn stir(house: &TestHouse) {
    let other = house.connect(whole_world("other")).await;
    for path in [
        "/api/v1/channels/ops-ns/members/bob",
        "/api/v1/channels/mixed/members/mia",
    ] {
        let answer = house.as_server(&other, Method::PUT, path, None).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }
    let label = json!({"label": {"scheme": "NATO", "level": "NS"}});
    let made = house
        .as_server(&other, Method::PUT, "/api/v1/channels/elsewhere", Some(label))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let judy = house.browser("judy", Level::Aal2, None).await;
    let gone = house
        .as_person(&judy, Method::POST, "/api/v1/people/kara/revoke", None)
        .await;
    assert_eq!(gone.status, 200, "{}", gone.text);
}

async fn after(house: &TestHouse, server: &ServerCaller, cursor: &Value) -> Value {
    let path = format!("/api/v1/changes?after={}", cursor.as_str().unwrap());
    let answer = house.as_server(server, Method::GET, &path, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn state(house: &TestHouse, server: &ServerCaller) -> Value {
    house
        .as_server(server, Method::GET, "/api/v1/changes/state", None)
        .await
        .json()
}

#[tokio::test]
async fn a_server_gets_the_same_bytes_whatever_happens_beyond_its_scope() {
    let house = open_house().await;
    let server = narrow(&house).await;
    let questions = [
        question("noah", "channel.join", "town"),
        question("noah", "channel.join", "ops-ns"),
        question("bob", "channel.join", "town"),
        question("alice", "message.post", "log-nr"),
    ];
    let mut before = Vec::new();
    for question in &questions {
        before.push(house.ask(&server, question.clone()).await);
    }
    let then = state(&house, &server).await;
    stir(&house).await;
    for (question, before) in questions.iter().zip(before) {
        let mut again = house.ask(&server, question.clone()).await;
        again["context"]["decision_id"] = before["context"]["decision_id"].clone();
        assert_eq!(again, before, "the revision too");
    }
    let now = state(&house, &server).await;
    assert_eq!(now["ended_users"], then["ended_users"]);
    let feed = after(&house, &server, &then["cursor"]).await;
    assert_eq!(feed["changes"], json!([]));
    assert_ne!(
        state(&house, &server).await["cursor"],
        state(&house, &server).await["cursor"],
        "two cursors of one place are no more alike than two of different places"
    );
}

#[tokio::test]
async fn the_revision_moves_with_whatever_an_answer_may_rest_on() {
    let house = open_house().await;
    let server = narrow(&house).await;
    let town = question("noah", "channel.join", "town");
    let before = house.ask(&server, town.clone()).await["context"]["revision"].clone();
    let then = state(&house, &server).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    // Not in its scope, and yet a member of a channel that is.
    let member = "bob";
    let chat = house.connect(whole_world("other")).await;
    let path = format!("/api/v1/channels/town/members/{member}");
    house.as_server(&chat, Method::PUT, &path, None).await;
    let joined = house.ask(&server, town.clone()).await["context"]["revision"].clone();
    assert_ne!(joined, before);
    let gone = house
        .as_person(
            &judy,
            Method::POST,
            &format!("/api/v1/people/{member}/revoke"),
            None,
        )
        .await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_ne!(house.ask(&server, town).await["context"]["revision"], joined);
    let feed = after(&house, &server, &then["cursor"]).await;
    assert_eq!(feed["changes"], json!([{"kind": "world"}]), "and nobody is named");
}
