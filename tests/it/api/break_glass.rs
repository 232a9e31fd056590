// SPDX-License-Identifier: Apache-2.0
//! Break-glass: one person cannot, access is gone at the end, an overdue review alarms.

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_tests::house::{Browser, TestHouse, open_house};
use http::Method;
use serde_json::{Value, json};

async fn ask(house: &TestHouse, who: &Browser) -> String {
    let body = json!({"channel": "mixed", "minutes": 240, "reason": "a boat is in distress"});
    let answer = house
        .as_person(who, Method::POST, "/api/v1/break-glass", Some(body))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn post(house: &TestHouse, who: &Browser, id: &str, verb: &str, body: Option<Value>) -> (u16, Value) {
    let path = format!("/api/v1/break-glass/{id}/{verb}");
    let answer = house.as_person(who, Method::POST, &path, body).await;
    (answer.status.as_u16(), answer.json())
}

fn may_stay(house: &TestHouse) -> bool {
    let snapshot = house.app.snapshot();
    let (person, channel) = ("erin".parse().unwrap(), "mixed".parse().unwrap());
    house.app.may_not_stay(&snapshot, &person, &channel).is_none()
}

#[tokio::test]
async fn it_takes_another_person_fresh_from_signing_in_and_ends_by_itself() {
    let house = open_house().await;
    let erin = house.browser("erin", Level::Aal2, None).await;
    let stale = house.browser("judy", Level::Aal2, None).await;
    assert!(!may_stay(&house));
    let id = ask(&house, &erin).await;
    house.advance(TimeDelta::minutes(6)).await;
    let (_, refused) = post(&house, &stale, &id, "approve", None).await;
    assert_eq!(refused["reason"], "AAL_STEP_UP");
    let judy = house.browser("judy", Level::Aal2, None).await;
    let (status, text) = post(&house, &judy, &id, "approve", None).await;
    assert_eq!(status, 200, "{text}");
    assert!(may_stay(&house));
    assert_eq!(post(&house, &judy, &id, "approve", None).await.0, 409);
    house.advance(TimeDelta::hours(4)).await;
    assert!(may_stay(&house));
    house.advance(TimeDelta::seconds(1)).await;
    assert!(!may_stay(&house));
}

#[tokio::test]
async fn nobody_grants_her_own_request() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let erin = house.browser("erin", Level::Aal2, None).await;
    let id = ask(&house, &judy).await;
    assert_eq!(
        post(&house, &judy, &id, "approve", None).await.1["reason"],
        "SELF_APPROVAL"
    );
    assert_eq!(
        post(&house, &erin, &id, "approve", None).await.1["reason"],
        "ROLE_REQUIRED"
    );
}

#[tokio::test]
async fn a_request_does_not_tell_whether_the_channel_exists_and_is_bounded() {
    let house = open_house().await;
    let erin = house.browser("erin", Level::Aal2, None).await;
    for (channel, minutes, status) in [
        ("atlantis", 10, 202),
        ("nuc-cts", 10, 202),
        ("mixed", 241, 400),
        ("mixed", 0, 400),
    ] {
        let body = json!({"channel": channel, "minutes": minutes, "reason": "x"});
        let answer = house
            .as_person(&erin, Method::POST, "/api/v1/break-glass", Some(body))
            .await;
        assert_eq!(answer.status, status, "{channel} {minutes}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_overdue_review_alarms_once_and_another_person_closes_it() {
    let house = open_house().await;
    let erin = house.browser("erin", Level::Aal2, None).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let id = ask(&house, &erin).await;
    assert_eq!(post(&house, &judy, &id, "approve", None).await.0, 200);
    let said = Some(json!({"review": "justified"}));
    assert_eq!(post(&house, &judy, &id, "review", said.clone()).await.0, 400);
    let leaves = async || {
        let mut db = house.app.database.pool.acquire().await.unwrap();
        let row = sqlx::query("SELECT COUNT(*) FROM audit_leaves")
            .fetch_one(&mut *db)
            .await
            .unwrap();
        sqlx::Row::get::<i64, _>(&row, 0)
    };
    let _ = &leaves;
    house.advance(TimeDelta::hours(28)).await;
    house.app.note_overdue_reviews().await.unwrap();
    house.advance(TimeDelta::seconds(1)).await;
    let before = count(&house).await;
    house.app.note_overdue_reviews().await.unwrap();
    house.app.note_overdue_reviews().await.unwrap();
    assert_eq!(count(&house).await, before + 1);
    let kara = house.browser("kara", Level::Aal2, None).await;
    assert_eq!(post(&house, &kara, &id, "review", said.clone()).await.0, 200);
    assert_eq!(post(&house, &kara, &id, "review", said).await.0, 409);
}
