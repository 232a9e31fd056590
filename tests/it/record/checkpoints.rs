// SPDX-License-Identifier: Apache-2.0
//! Checkpoints over HTTP: signed, growing, provable, and never two histories.

use std::str::FromStr;

use chrono::TimeDelta;
use countersign_audit::checkpoint::Checkpoint;
use countersign_audit::checkpoint::note::VerifierKey;
use countersign_audit::store::checkpoints;
use countersign_audit::tree::proof::{self, State};
use countersign_audit::{Hash, hash};
use countersign_authn::assurance::Level;
use countersign_server::record::RecordError;
use countersign_tests::house::{Browser, TestHouse, open_house, question, whole_world};
use http::Method;
use serde_json::Value;

const ORIGIN: &str = "localhost:8080/record";

async fn text(house: &TestHouse, olga: &Browser, path: &str) -> String {
    let answer = house.as_person(olga, Method::GET, path, None).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.text
}

async fn json(house: &TestHouse, olga: &Browser, path: &str) -> Value {
    serde_json::from_str(&text(house, olga, path).await).unwrap()
}

fn hashes(path: &Value) -> Vec<Hash> {
    let texts = path.as_array().unwrap().iter();
    texts
        .map(|text| Hash::from_str(text.as_str().unwrap()).unwrap())
        .collect()
}

fn root(text: &Value) -> Hash {
    text.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_auditor_proves_that_a_decision_is_under_a_checkpoint_and_stays_there() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let olga = house.browser("olga", Level::Aal2, None).await;
    let key: VerifierKey = text(&house, &olga, "/api/v1/record/key")
        .await
        .trim()
        .parse()
        .unwrap();
    let nothing = house
        .as_person(&olga, Method::GET, "/api/v1/record/checkpoint", None)
        .await;
    assert_eq!(nothing.status, 404, "nothing was signed yet: {}", nothing.text);
    let asked = house.ask(&server, question("noah", "channel.join", "town")).await;
    house.app.drain().await.unwrap();
    house.app.sign_checkpoint().await.unwrap();
    let note = text(&house, &olga, "/api/v1/record/checkpoint").await;
    let first = Checkpoint::verify(&note, &key).unwrap();
    assert_eq!(first.origin, "localhost:8080/record");

    let mut found = None;
    for index in 0..first.size {
        let leaf = json(&house, &olga, &format!("/api/v1/record/leaves/{index}")).await;
        let Some(text) = leaf["record"].as_str() else {
            continue;
        };
        let record: Value = serde_json::from_str(text).unwrap();
        assert_eq!(root(&leaf["hash"]), hash::leaf(text.as_bytes()));
        if record["decision_id"] == asked["context"]["decision_id"] {
            found = Some(index);
        }
    }
    let index = found.expect("the decision is a leaf");
    let path = format!("/api/v1/record/proofs/inclusion?leaf={index}&size={}", first.size);
    let proven = json(&house, &olga, &path).await;
    let path = hashes(&proven["path"]);
    assert!(proof::includes(
        &root(&proven["leaf_hash"]),
        index,
        first.size,
        &first.root,
        &path
    ));

    house.app.drain().await.unwrap();
    house.app.sign_checkpoint().await.unwrap();
    let note = text(&house, &olga, "/api/v1/record/checkpoint").await;
    let second = Checkpoint::verify(&note, &key).unwrap();
    assert!(second.size > first.size, "reading the record is itself on record");
    let path = format!(
        "/api/v1/record/proofs/consistency?from={}&to={}",
        first.size, second.size
    );
    let proven = json(&house, &olga, &path).await;
    assert!(proof::extends(
        &first.state(),
        &second.state(),
        &hashes(&proven["path"])
    ));
    let empty = State {
        size: 0,
        root: hash::empty(),
    };
    let path = format!("/api/v1/record/proofs/consistency?from=0&to={}", second.size);
    let proven = json(&house, &olga, &path).await;
    assert!(proof::extends(&empty, &second.state(), &hashes(&proven["path"])));
    let list = json(&house, &olga, "/api/v1/record/checkpoints?limit=1").await;
    assert_eq!(list["items"][0]["size"], first.size);
    assert_eq!(list["next_after"], first.size);
    let after = format!("/api/v1/record/checkpoints?after={}", first.size);
    let list = json(&house, &olga, &after).await;
    assert_eq!(
        (list["items"][0]["note"].as_str(), list["next_after"].as_u64()),
        (Some(note.as_str()), None)
    );
}

#[tokio::test]
async fn a_leaf_about_a_channel_that_the_auditor_may_not_know_of_is_its_hash_and_still_proven() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let olga = house.browser("olga", Level::Aal2, None).await;
    house.app.drain().await.unwrap();
    let index = house.app.sign_checkpoint().await.unwrap().checkpoint.size;
    house
        .ask(&server, question("noah", "channel.join", "nuc-cts"))
        .await;
    house.app.drain().await.unwrap();
    let checkpoint = house.app.sign_checkpoint().await.unwrap().checkpoint;
    let path = format!("/api/v1/record/leaves/{index}");
    let shown = text(&house, &olga, &path).await;
    assert!(!shown.contains("nuc-cts") && !shown.contains("record"), "{shown}");
    let path = format!(
        "/api/v1/record/proofs/inclusion?leaf={index}&size={}",
        checkpoint.size
    );
    let proven = json(&house, &olga, &path).await;
    let leaf: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(proven["leaf_hash"], leaf["hash"]);
    let path = hashes(&proven["path"]);
    assert!(proof::includes(
        &root(&leaf["hash"]),
        index,
        checkpoint.size,
        &checkpoint.root,
        &path
    ));
}

#[tokio::test]
async fn proofs_of_what_is_not_there_are_refused() {
    let house = open_house().await;
    let olga = house.browser("olga", Level::Aal2, None).await;
    for (query, status) in [
        ("inclusion?leaf=1", 400),
        ("inclusion?leaf=0&size=0", 404),
        ("inclusion?leaf=0&size=99999", 404),
        (
            "inclusion?leaf=18446744073709551615&size=18446744073709551615",
            404,
        ),
        ("inclusion?leaf=-1&size=1", 400),
        ("consistency?from=2&to=1", 400),
        ("consistency?from=1", 400),
        ("consistency?from=1&to=99999", 404),
        ("consistency?from=1&to=18446744073709551615", 404),
    ] {
        let path = format!("/api/v1/record/proofs/{query}");
        let answer = house.as_person(&olga, Method::GET, &path, None).await;
        assert_eq!(answer.status, status, "{query}: {}", answer.text);
    }
    let answer = house
        .as_person(
            &olga,
            Method::GET,
            "/api/v1/record/leaves/18446744073709551615",
            None,
        )
        .await;
    assert_eq!(answer.status, 404, "{}", answer.text);
}

#[tokio::test]
async fn the_tree_is_signed_as_often_as_configured_and_only_when_it_grew() {
    let house = open_house().await;
    house.app.keep_signing().await.unwrap();
    let first = house.app.sign_checkpoint().await.unwrap();
    house.browser("alice", Level::Aal2, None).await;
    house.app.keep_signing().await.unwrap();
    house.app.clock.advance(TimeDelta::seconds(9));
    house.app.keep_signing().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    assert_eq!(
        checkpoints::latest(ORIGIN, &mut db).await.unwrap().unwrap(),
        first
    );
    house.app.clock.advance(TimeDelta::seconds(1));
    house.app.keep_signing().await.unwrap();
    let second = checkpoints::latest(ORIGIN, &mut db).await.unwrap().unwrap();
    assert!(second.checkpoint.size > first.checkpoint.size);
    house.app.clock.advance(TimeDelta::seconds(60));
    house.app.keep_signing().await.unwrap();
    assert_eq!(
        checkpoints::latest(ORIGIN, &mut db).await.unwrap().unwrap(),
        second
    );
}

#[tokio::test]
async fn a_store_restored_from_an_old_copy_is_not_signed_and_raises_an_alarm_once() {
    let house = open_house().await;
    house.app.sign_checkpoint().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    let before = countersign_audit::store::tree::load(&mut db).await.unwrap();
    house.browser("alice", Level::Aal2, None).await;
    house.app.sign_checkpoint().await.unwrap();
    // The copy: all as it was, the later checkpoint too is gone from the store.
    for (sql, bytes) in [
        ("UPDATE audit_tree SET frontier = $1", Some(before.to_bytes())),
        ("UPDATE audit_tree SET size = $2 WHERE $1 = $1", None),
        ("DELETE FROM audit_leaves WHERE position >= $2 AND $1 = $1", None),
        ("DELETE FROM audit_checkpoints WHERE size > $2 AND $1 = $1", None),
    ] {
        let query = sqlx::query(sql);
        let query = match bytes {
            Some(bytes) => query.bind(bytes),
            None => query.bind(1_i64).bind(before.size() as i64),
        };
        query.execute(&mut *db).await.unwrap();
    }
    house.browser("noah", Level::Aal2, None).await;
    house.browser("bob", Level::Aal2, None).await;
    for _ in 0..2 {
        let refused = house.app.sign_checkpoint().await;
        let fork = matches!(
            refused,
            Err(RecordError::Tree(
                countersign_audit::store::StoreError::Fork { .. }
            ))
        );
        assert!(fork, "{refused:?}");
    }
    let filter = countersign_audit::store::leaves::Filter {
        kind: Some("record.fork_found".into()),
        limit: 10,
        ..Default::default()
    };
    let alarms = countersign_audit::store::leaves::list(&filter, &mut db)
        .await
        .unwrap();
    assert_eq!(alarms.len(), 1);
    let ready = house.anonymous(Method::GET, "/readyz", None).await;
    assert!(ready.text.contains("does not continue"), "{}", ready.text);

    // What is left goes on under another name, which promises nothing about before.
    house.app.clock.advance(TimeDelta::seconds(1));
    house.browser("carol", Level::Aal2, None).await;
    let mut config = house.app.config.clone();
    config.record.origin = Some("localhost/after-the-loss".to_owned());
    let after = house.reopened_with(config).await;
    assert_eq!(
        after.sign_checkpoint().await.unwrap().checkpoint.origin,
        "localhost/after-the-loss"
    );
    // Nor does the record change its name when the configuration stops naming it, or the issuer moves.
    let mut config = house.app.config.clone();
    config.issuer = "http://localhost:9".to_owned();
    let later = house.reopened_with(config).await;
    assert_eq!(later.record_key.name(), "localhost/after-the-loss");
}
