// SPDX-License-Identifier: Apache-2.0
//! Decisions on record: found with their true reason, by those whose office it is, and beyond
//! alteration.

use countersign_audit::verify;
use countersign_authn::assurance::Level;
use countersign_tests::house::{open_house, question, whole_world};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn a_refusal_is_found_with_the_reason_that_its_asker_was_not_told() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    let server = house.connect(record).await;
    let told = house
        .ask(&server, question("noah", "channel.join", "ops-ns"))
        .await;
    assert_eq!(told["context"]["reason"], "NOT_AVAILABLE");
    let olga = house.browser("olga", Level::Aal2, None).await;
    let list = house
        .as_person(&olga, Method::GET, "/api/v1/decisions?subject=noah", None)
        .await
        .json();
    let found = &list["items"][0];
    assert_eq!(found["id"], told["context"]["decision_id"]);
    assert_eq!(found["reason"], "CLEARANCE_LEVEL");
    let why = format!("/api/v1/decisions/{}", found["id"].as_str().unwrap());
    let why = house.as_person(&olga, Method::GET, &why, None).await.json();
    assert_eq!(why["failing"][0]["number"], 24, "{why}");
    assert_eq!(why["disclosed"], false);
    assert_eq!(why["inputs"]["subject"], "noah");
}

#[tokio::test]
async fn the_record_verifies_until_one_byte_of_it_is_changed() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    for _ in 0..5 {
        house
            .ask(&server, question("noah", "channel.join", "ops-ns"))
            .await;
    }
    house.app.drain().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    let report = verify::database(&mut db, |_, _| {}).await.unwrap();
    assert!(report.leaves >= 6, "{report:?}");
    let victim = report.leaves as i64 - 2;
    let row = sqlx::query("SELECT record FROM audit_leaves WHERE position = $1").bind(victim);
    let row = row.fetch_one(&mut *db).await.unwrap();
    let mut bytes: Vec<u8> = sqlx::Row::get(&row, 0);
    let last = bytes.len() / 2;
    bytes[last] ^= 1;
    let change = sqlx::query("UPDATE audit_leaves SET record = $1 WHERE position = $2")
        .bind(bytes)
        .bind(victim);
    change.execute(&mut *db).await.unwrap();
    let fault = verify::database(&mut db, |_, _| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(fault.contains(&format!("leaf {victim}")), "{fault}");
}

#[tokio::test]
async fn a_simulation_lists_every_failing_guard_and_is_no_decision() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let scenario = json!({
        "subject": "noah", "action": "channel.join", "resource": {"type": "channel", "id": "ops-ns"},
        "facts": {"session": {"aal": 1, "auth_age_minutes": 1, "idle_minutes": 0, "revoked": false}, "device": "byod"}
    });
    let answer = house
        .as_person(&judy, Method::POST, "/api/v1/simulate", Some(scenario))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    let codes: Vec<_> = answer["failing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|guard| guard["code"].clone())
        .collect();
    assert_eq!(answer["reason"], "CLEARANCE_LEVEL");
    assert_eq!(
        codes,
        ["CLEARANCE_LEVEL", "NEED_TO_KNOW", "DEVICE_CAP", "AAL_STEP_UP"]
    );
    let olga = house.browser("olga", Level::Aal2, None).await;
    let list = house
        .as_person(&olga, Method::GET, "/api/v1/decisions?subject=noah", None)
        .await
        .json();
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn without_its_store_the_console_says_so_and_rank_0_is_still_decided() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let olga = house.browser("olga", Level::Aal2, None).await;
    house.app.database.pool.close().await;
    let list = house.as_person(&olga, Method::GET, "/api/v1/people", None).await;
    assert_eq!(list.status, 503, "{}", list.text);
    assert_eq!(list.headers["content-type"], "application/problem+json");
    house.app.clock.advance(chrono::TimeDelta::seconds(6));
    let answer = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer["context"]["reason"], "AUDIT_UNAVAILABLE");
}
