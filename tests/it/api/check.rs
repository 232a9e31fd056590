// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/servers/{id}/check`: who may, what it finds, and that it leaves the world alone and is marked
//! on record.

use countersign_authn::assurance::Level;
use countersign_tests::house::{open_house, whole_world};
use http::Method;
use serde_json::Value;

const OWN: &str = "/api/v1/servers/chat/check";

fn states(answer: &Value) -> Vec<(&str, &str)> {
    let lines = answer["lines"].as_array().unwrap().iter();
    lines
        .map(|line| (line["name"].as_str().unwrap(), line["state"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_server_checks_itself_and_a_manager_checks_any() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let own = house.as_server(&server, Method::POST, OWN, None).await;
    assert_eq!(own.status, 200, "{}", own.text);
    let answer = own.json();
    for (name, state) in [
        ("ready", "ok"),
        ("scope", "ok"),
        ("allow", "ok"),
        ("deny", "ok"),
        ("batch", "ok"),
        ("beyond scope", "ok"),
        ("unknown act", "ok"),
        ("node", "warn"),
        ("client", "fail"),
    ] {
        assert!(states(&answer).contains(&(name, state)), "{name}: {answer}");
    }
    house.connect(whole_world("other")).await;
    let other = house
        .as_server(&server, Method::POST, "/api/v1/servers/other/check", None)
        .await;
    assert_eq!(other.status, 404);
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    assert_eq!(house.as_person(&hugo, Method::POST, OWN, None).await.status, 200);
    assert_eq!(house.as_tricked(&hugo, Method::POST, OWN).await.status, 403);
    let judy = house.browser("judy", Level::Aal2, None).await;
    assert_eq!(house.as_person(&judy, Method::POST, OWN, None).await.status, 403);
}

#[tokio::test]
async fn nothing_changes_no_session_is_touched_and_each_question_is_marked_on_record() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let alice = house.browser("alice", Level::Aal2, None).await;
    let sid = house.tie(&alice, "chat").await;
    let revision = house.app.snapshot().revision();
    let before = house.app.board.session_at("chat", &sid).unwrap().last_activity;
    house.advance(chrono::TimeDelta::minutes(2)).await;
    let mut live = house.app.recorder.live();
    let answer = house.as_server(&server, Method::POST, OWN, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut recorded = 0;
    while let Ok(decision) = live.try_recv() {
        recorded += 1;
        assert!(
            decision.body.asker.check && decision.body.standing,
            "{decision:?}"
        );
        assert_eq!(decision.body.asker.server.as_deref(), Some("chat"));
        assert!(
            !answer.text.contains(decision.subject.as_str()),
            "no line names a person"
        );
    }
    assert_eq!(recorded, 104);
    assert_eq!(house.app.snapshot().revision(), revision);
    assert_eq!(
        house.app.board.session_at("chat", &sid).unwrap().last_activity,
        before
    );
}
