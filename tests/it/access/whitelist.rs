// SPDX-License-Identifier: Apache-2.0
//! Facts come from our stores: what a question says about people and channels changes nothing, and
//! is named in the record.

use countersign_authn::assurance::Level;
use countersign_tests::house::{open_house, question, whole_world};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn no_property_of_a_request_changes_the_decision() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let noah = house.browser("noah", Level::Aal3, Some("ns")).await;
    house.tie(&noah, "demo").await;
    let plain = house
        .ask(&server, question("noah", "channel.join", "ops-ns"))
        .await;
    for (name, value) in [
        ("clearance", json!({"scheme": "NATO", "level": "CTS"})),
        (
            "clearances",
            json!([{"scheme": "NATO", "level": "CTS", "kind": "personnel", "state": "active"}]),
        ),
        ("compartments", json!(["ATOMAL"])),
        ("briefings", json!(["NATO"])),
        ("nationalities", json!(["GBR"])),
        ("roles", json!(["security_officer"])),
        ("status", json!("active")),
        ("aal", json!(3)),
        ("label", json!({"scheme": "NATO", "level": "NU"})),
        ("members", json!(["noah"])),
        ("listed", json!(true)),
    ] {
        let mut asked = question("noah", "channel.join", "ops-ns");
        asked["subject"]["properties"] = json!({ name: value });
        asked["resource"]["properties"] = json!({ name: value });
        asked["action"]["properties"] = json!({ name: value });
        asked["context"] = json!({ name: value });
        let answer = house.ask(&server, asked).await;
        assert_eq!(answer["decision"], false, "{name}");
        assert_eq!(answer["context"]["reason"], plain["context"]["reason"], "{name}");
    }
}

#[tokio::test]
async fn what_a_server_may_not_assert_is_named_in_the_record() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["may_assert"] = json!([]);
    let server = house.connect(record).await;
    let mut asked = question("alice", "message.post", "town");
    asked["context"] = json!({"label": {"scheme": "NATO", "level": "NU"}, "mood": "good"});
    asked["subject"]["properties"] = json!({"clearance": "CTS"});
    let answer = house.ask(&server, asked).await;
    let id = answer["context"]["decision_id"].as_str().unwrap();
    let leaf = {
        house.app.drain().await.unwrap();
        let mut db = house.database.pool.acquire().await.unwrap();
        countersign_audit::store::leaves::decision(id, &mut db)
            .await
            .unwrap()
            .unwrap()
    };
    let record: serde_json::Value = serde_json::from_slice(&leaf.record).unwrap();
    assert_eq!(
        record["body"]["asker"]["ignored"],
        json!(["context.label", "context.mood", "subject.clearance"])
    );
    let olga = house.browser("olga", Level::Aal2, None).await;
    let why = house
        .as_person(&olga, Method::GET, &format!("/api/v1/decisions/{id}"), None)
        .await;
    assert_eq!(why.status, 200, "{}", why.text);
}
