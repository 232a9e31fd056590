// SPDX-License-Identifier: Apache-2.0
//! The record of a connected server: two people for what it may more, one for what it may less.

use countersign_authn::assurance::Level;
use countersign_directory::{ConnectedServer, Reasons};
use countersign_tests::house::{Answer, Browser, TestHouse, whole_world};
use http::Method;
use serde_json::{Value, json};

use super::granting::{approved, executed, officers};

async fn put(house: &TestHouse, by: &Browser, record: &Value) -> Answer {
    let path = format!("/api/v1/servers/{}", record["id"].as_str().unwrap());
    house
        .as_person(by, Method::PUT, &path, Some(record.clone()))
        .await
}

fn with(name: &str, value: Value) -> Value {
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    record[name] = value;
    record
}

fn held(house: &TestHouse) -> ConnectedServer {
    let snapshot = house.app.snapshot();
    let (_, held) = snapshot.servers().find(|(id, _)| id.as_str() == "chat").unwrap();
    held.as_ref().clone()
}

#[tokio::test]
async fn a_connected_server_gets_more_by_two_people_and_less_by_one() {
    let (house, _, kara) = officers().await;
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    house.connect(with("cache_max", json!(30))).await;
    let telling = with("reasons", json!("full"));
    let filed = put(&house, &hugo, &telling).await;
    assert_eq!(filed.status, 202, "{}", filed.text);
    assert_eq!(held(&house).reasons, Reasons::Public);
    let at = format!("/api/v1/proposals/{}", filed.json()["proposal"].as_str().unwrap());
    let shown = house.as_person(&kara, Method::GET, &at, None).await.json();
    assert_eq!(shown["widens"], json!(["cache_max", "reasons"]), "{shown}");
    assert_eq!(approved(&house, &hugo, &at).await.status, 403);
    assert_eq!(approved(&house, &kara, &at).await.status, 200);
    let done = executed(&house, &hugo, &at).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(held(&house).reasons, Reasons::Full);

    let quieter = put(&house, &hugo, &with("cache_max", json!(0))).await;
    assert_eq!(quieter.status, 200, "{}", quieter.text);
    assert_eq!(
        (held(&house).reasons, held(&house).cache_max),
        (Reasons::Public, 0)
    );
    for (name, value) in [
        ("may_search", json!(true)),
        (
            "clients",
            json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "NU"}, "posture": "vouched"}),
        ),
    ] {
        let more = put(&house, &hugo, &with(name, value)).await;
        assert_eq!(more.status, 202, "{name}: {}", more.text);
    }
}

#[tokio::test]
async fn a_record_that_does_not_fit_says_what_does_not() {
    let (house, judy, _) = officers().await;
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    assert_eq!(
        put(&house, &judy, &with("kind", json!("generic"))).await.status,
        403
    );
    let new = put(&house, &hugo, &with("kind", json!("generic"))).await;
    assert_eq!(new.status, 202, "a new one takes two people: {}", new.text);
    house.connect(whole_world("other")).await;
    for (name, value, status, word) in [
        ("cache_max", json!(61), 400, "cache_max"),
        ("client_id", json!("other"), 409, "client `other`"),
        ("node", json!("nowhere"), 400, "no node has the id `nowhere`"),
        ("reasons", json!("all"), 400, "reasons"),
        (
            "clients",
            json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "NS"}, "posture": "vouched"}),
            409,
            "above its node",
        ),
    ] {
        let refused = put(&house, &hugo, &with(name, value)).await;
        assert_eq!(refused.status, status, "{name}: {}", refused.text);
        assert!(refused.text.contains(word), "{name}: {}", refused.text);
    }
    let elsewhere = house
        .as_person(
            &hugo,
            Method::PUT,
            "/api/v1/servers/another",
            Some(with("node", json!(null))),
        )
        .await;
    assert_eq!(elsewhere.status, 400, "{}", elsewhere.text);
}
