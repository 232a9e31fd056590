// SPDX-License-Identifier: Apache-2.0
//! One call ends all sessions at a client, of a source, or of a sign-in before a moment.

use authn::assurance::Level;
use authn::store::upstream_sessions::{self, CameFrom};
use authn::store::{outbox, sessions};
use authn::upstream::link::Identity;
use chrono::TimeDelta;
use countersign_audit::store::leaves::{self, Filter};
use countersign_authn as authn;
use countersign_tests::house::{Answer, Browser, TestHouse, open_house};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::desk::client;

async fn end(house: &TestHouse, officer: &Browser, body: Value) -> Answer {
    let path = "/api/v1/sessions/end";
    house.as_person(officer, Method::POST, path, Some(body)).await
}

async fn is_open(house: &TestHouse, browser: &Browser) -> bool {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let session = sessions::by_id(&browser.session.id, &mut db).await.unwrap();
    let in_store = session.unwrap().ended_at.is_none();
    let on_board = house.app.board.session(&browser.session.id);
    assert_eq!(
        in_store,
        on_board.is_some_and(|session| session.ended_at.is_none())
    );
    in_store
}

#[tokio::test]
async fn all_at_a_client_end_in_portions_and_the_client_is_told_of_each() {
    let house = open_house().await;
    client(
        &house,
        json!({"backchannel_logout_uri": "https://chat.example/logout"}),
    )
    .await;
    client(&house, json!({"id": "wiki"})).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let mut there = Vec::new();
    for _ in 0..120 {
        let browser = house.browser("alice", Level::Aal2, None).await;
        house.tie(&browser, "chat").await;
        there.push(browser);
    }
    let elsewhere = house.browser("alice", Level::Aal2, None).await;
    house.tie(&elsewhere, "wiki").await;
    let answer = end(&house, &judy, json!({"scope": "client", "client": "chat"})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json(), json!({"sessions_ended": 120, "not_reached": []}));
    for browser in &there {
        assert!(!is_open(&house, browser).await);
    }
    assert!(is_open(&house, &elsewhere).await && is_open(&house, &judy).await);
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let due = outbox::due(house.app.now(), 1000, &mut db).await.unwrap();
    assert_eq!(due.iter().filter(|notice| notice.client == "chat").count(), 120);
    assert_eq!(due.len(), 120);
    // Where nobody can be called, the officer is told so.
    let answer = end(&house, &judy, json!({"scope": "client", "client": "wiki"})).await;
    assert_eq!(answer.json()["sessions_ended"], 1);
    assert_eq!(answer.json()["not_reached"][0]["client"], "wiki");
}

#[tokio::test]
async fn all_of_a_source_end_and_nobody_elses() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let nina = house.browser("alice", Level::Aal2, None).await;
    let own = house.browser("alice", Level::Aal2, None).await;
    let from = CameFrom {
        identity: Identity {
            source: "mod".parse().unwrap(),
            issuer: "https://mod.example".into(),
            subject: "n-1".into(),
        },
        upstream: None,
        id_token: None,
    };
    let mut db = house.app.database.begin_write().await.unwrap();
    upstream_sessions::put(&nina.session.id, &from, &mut db)
        .await
        .unwrap();
    db.commit().await.unwrap();
    // It was taken away since: its sessions still end.
    let answer = end(&house, &judy, json!({"scope": "source", "source": "mod"})).await;
    assert_eq!(answer.json()["sessions_ended"], 1, "{}", answer.text);
    assert!(!is_open(&house, &nina).await && is_open(&house, &own).await);
    for nothing in [
        json!({"scope": "source", "source": "mod"}),
        json!({"scope": "client", "client": "unheard-of"}),
    ] {
        let answer = end(&house, &judy, nothing).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
    }
}

#[tokio::test]
async fn everything_signed_in_before_a_moment_ends_and_the_order_is_on_record() {
    let house = open_house().await;
    let old = house.browser("alice", Level::Aal2, None).await;
    house.advance(TimeDelta::minutes(5)).await;
    let moment = house.app.now();
    let new = house.browser("alice", Level::Aal2, None).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let later = moment + TimeDelta::seconds(1);
    let answer = end(&house, &judy, json!({"scope": "before", "before": later})).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    let answer = end(&house, &judy, json!({"scope": "before", "before": moment})).await;
    assert_eq!(answer.json()["sessions_ended"], 1, "{}", answer.text);
    assert!(!is_open(&house, &old).await);
    assert!(is_open(&house, &new).await && is_open(&house, &judy).await);
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let filter = Filter {
        kind: Some("sessions.end_ordered".into()),
        limit: 10,
        ..Filter::default()
    };
    assert_eq!(leaves::list(&filter, &mut db).await.unwrap().len(), 1);
}

#[tokio::test]
async fn it_is_the_office_of_security_officers_and_takes_a_whole_question() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let one = json!({"scope": "client", "client": "chat"});
    for person in ["alice", "olga"] {
        let caller = house.browser(person, Level::Aal2, None).await;
        let answer = end(&house, &caller, one.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{person}: {}", answer.text);
    }
    let judy = house.browser("judy", Level::Aal2, None).await;
    for wrong in [
        json!({}),
        json!({"scope": "all"}),
        json!({"scope": "client"}),
        json!({"scope": "client", "client": "chat", "before": "2026-01-01T00:00:00Z"}),
    ] {
        let answer = end(&house, &judy, wrong.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}: {}", answer.text);
    }
}
