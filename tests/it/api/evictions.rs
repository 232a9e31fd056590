// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/channels/{id}/evictions`: who must leave.

use chrono::{DateTime, Utc};
use countersign_tests::house::{ServerCaller, TestHouse, open_house, request, start, whole_world};
use http::Method;
use serde_json::{Value, json};

async fn evictions(house: &TestHouse, server: &ServerCaller, channel: &str) -> Value {
    let bearer = format!("Bearer {}", house.token(&server.record.client_id));
    let path = format!("/api/v1/channels/{channel}/evictions");
    let headers = [("authorization", bearer.as_str())];
    let answer = house.send(request(Method::GET, &path, &headers, None)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn users(answer: &Value) -> Vec<&str> {
    let evictions = answer["evictions"].as_array().unwrap();
    evictions
        .iter()
        .map(|one| one["user"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn evicted_are_those_members_who_may_not_stay() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let mut evicted = 0;
    for moment in [
        "2026-11-23T12:00:00Z",
        "2026-11-23T14:00:01Z",
        "2027-01-01T00:00:00Z",
    ] {
        let moment: DateTime<Utc> = moment.parse().unwrap();
        house.advance(moment - house.app.now()).await;
        let snapshot = house.app.snapshot();
        for (id, _) in snapshot.channels() {
            let answer = evictions(&house, &server, id.as_str()).await;
            let expected: Vec<&str> = snapshot
                .members(id.as_str())
                .iter()
                .filter(|person| house.app.may_not_stay(&snapshot, person, id).is_some())
                .map(AsRef::as_ref)
                .collect();
            assert_eq!(users(&answer), expected, "{id} at {moment}");
            assert_eq!(answer["standing"], true);
            evicted += expected.len();
        }
    }
    assert!(evicted >= 3, "{evicted}");
}

#[tokio::test]
async fn an_eviction_is_on_record_and_bears_no_reason() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let moment: DateTime<Utc> = "2026-11-23T14:00:01Z".parse().unwrap();
    house.advance(moment - start()).await;
    let mut live = house.app.recorder.live();
    let answer = evictions(&house, &server, "mixed").await;
    let recorded = live.try_recv().unwrap();
    let paul = json!({"user": "paul", "decision_id": recorded.id});
    assert_eq!(answer["evictions"], json!([paul]));
    assert_eq!(recorded.reason.as_deref(), Some("CLEARANCE_EXPIRED"));
    assert!(recorded.body.standing);
}

#[tokio::test]
async fn a_server_hears_of_its_own_people_and_channels_in_its_own_names() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["user_id"] = json!({"template": "@{id}:chat"});
    record["channel_id"] = json!({"template": "!{id}:chat"});
    record["scope"]["channels"] = json!({"list": ["mixed"]});
    let server = house.connect(record.clone()).await;
    let moment: DateTime<Utc> = "2026-11-23T14:00:01Z".parse().unwrap();
    house.advance(moment - start()).await;
    assert_eq!(
        users(&evictions(&house, &server, "!mixed:chat").await),
        ["@paul:chat"]
    );
    for elsewhere in ["!ops-ns:chat", "!no-such:chat", "mixed"] {
        let bearer = format!("Bearer {}", house.token("chat"));
        let path = format!("/api/v1/channels/{elsewhere}/evictions");
        let headers = [("authorization", bearer.as_str())];
        let answer = house.send(request(Method::GET, &path, &headers, None)).await;
        assert_eq!(answer.status, 404, "{elsewhere}");
    }
    record["scope"]["people"] = json!({"list": ["alice"]});
    let server = house.connect(record).await;
    assert!(users(&evictions(&house, &server, "!mixed:chat").await).is_empty());
}
