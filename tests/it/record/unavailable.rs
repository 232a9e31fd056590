// SPDX-License-Identifier: Apache-2.0
//! Guard 2: when the record cannot be written, rank 1 and up and every administrative act are denied;
//! rank 0 is answered and comes on record late, as long as there is space for it.

use countersign_audit::store::leaves::{self, Filter};
use countersign_audit::verify;
use countersign_authn::assurance::Level;
use countersign_tests::house::{ServerCaller, TestHouse, open_house_with, question, whole_world};
use http::Method;
use serde_json::Value;

/// A house whose journal takes few decisions, and whose spool so many bytes.
async fn small(spool_bytes: i64) -> TestHouse {
    let mut more = toml::Table::new();
    more.insert("journal_bytes".into(), 12_000.into());
    more.insert("spool_bytes".into(), spool_bytes.into());
    open_house_with(more).await
}

fn rank_0() -> Value {
    question("alice", "channel.join", "town")
}

/// Asks until the journal takes no more.
async fn fill(house: &TestHouse, server: &ServerCaller) {
    for _ in 0..100 {
        let told = house
            .ask(server, question("noah", "channel.join", "ops-ns"))
            .await;
        if told["context"]["reason"] == "AUDIT_UNAVAILABLE" {
            return;
        }
    }
    panic!("the journal takes everything");
}

async fn kept(house: &TestHouse, kind: &str) -> Vec<leaves::StoredLeaf> {
    let mut db = house.database.pool.acquire().await.unwrap();
    let filter = Filter {
        kind: Some(kind.to_owned()),
        limit: 1000,
        ..Filter::default()
    };
    leaves::list(&filter, &mut db).await.unwrap()
}

#[tokio::test]
async fn rank_0_is_answered_and_recorded_late_and_all_else_is_denied() {
    let house = small(100_000).await;
    let server = house.connect(whole_world("demo")).await;
    let olga = house.browser("olga", Level::Aal2, None).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "demo").await;
    let before = house.ask(&server, rank_0()).await;
    assert_eq!(before["decision"], true, "{before}");
    fill(&house, &server).await;
    let late = house.ask(&server, rank_0()).await;
    assert_eq!(late["decision"], true, "{late}");
    let ranked = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(ranked["context"]["reason"], "AUDIT_UNAVAILABLE");
    let act = house.as_person(&olga, Method::GET, "/api/v1/people", None).await;
    assert_eq!(
        (act.status.as_u16(), act.json()["reason"].as_str()),
        (403, Some("AUDIT_UNAVAILABLE"))
    );
    let ready = house.anonymous(Method::GET, "/readyz", None).await;
    assert_eq!(ready.status, 503, "{}", ready.text);

    // The journal is moved and its files go: it can be written again.
    house.app.drain().await.unwrap();
    house.app.drain().await.unwrap();
    assert_eq!(house.app.recorder.waiting(), 0);
    assert_eq!(house.anonymous(Method::GET, "/readyz", None).await.status, 200);
    let ranked = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(ranked["decision"], true, "{ranked}");
    house.app.drain().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    let id = late["context"]["decision_id"].as_str().unwrap();
    let leaf = leaves::decision(id, &mut db)
        .await
        .unwrap()
        .expect("it came on record late");
    assert_eq!(leaf.facets.outcome.as_deref(), Some("allow"));
    let told = kept(&house, "record.recovered").await;
    assert_eq!(told.len(), 1);
    let told: Value = serde_json::from_slice(&told[0].record).unwrap();
    assert_eq!(told["body"]["detail"]["came_late"], 1);
    assert_eq!(told["body"]["detail"]["denied_meanwhile"], 3);
    verify::database(&mut db, |_, _| {}).await.unwrap();
}

#[tokio::test]
async fn when_the_space_set_aside_is_full_rank_0_is_denied_too() {
    let house = small(6_000).await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal2, None).await;
    house.tie(&alice, "demo").await;
    fill(&house, &server).await;
    let mut answered = 0;
    loop {
        let told = house.ask(&server, rank_0()).await;
        if told["decision"] == false {
            assert_eq!(told["context"]["reason"], "AUDIT_UNAVAILABLE", "{told}");
            break;
        }
        answered += 1;
        assert!(answered < 100, "the space is bounded");
    }
    assert!(answered > 0);
    assert_eq!(house.app.recorder.waiting(), answered);
    house.app.drain().await.unwrap();
    house.app.drain().await.unwrap();
    let late = kept(&house, "decision").await;
    let late = late.iter().filter(|leaf| {
        let record: Value = serde_json::from_slice(&leaf.record).unwrap();
        record["body"]["resource"]["id"] == "town"
    });
    assert_eq!(late.count(), answered, "each of them came on record, once");
    assert_eq!(house.ask(&server, rank_0()).await["decision"], true);
}

#[tokio::test]
async fn without_space_set_aside_rank_0_is_denied_at_once() {
    let house = small(0).await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal2, None).await;
    house.tie(&alice, "demo").await;
    fill(&house, &server).await;
    let told = house.ask(&server, rank_0()).await;
    assert_eq!(told["context"]["reason"], "AUDIT_UNAVAILABLE");
}
