// SPDX-License-Identifier: Apache-2.0
//! A device that is lost is out at once, and comes back by two people.

use authn::assurance::Level;
use countersign_authn as authn;
use countersign_tests::house::{Browser, open_house};
use http::{Method, StatusCode};
use serde_json::json;

use super::{
    begin_anew, carried_out, enrol, enrolled, finish, newest, prove, prove_anew, put, sign_in_on, stored,
};
use crate::authn::desk::client;

#[tokio::test]
async fn a_lost_device_is_out_at_once_and_comes_back_by_two_people_only() {
    let house = open_house().await;
    let (key, mut tab, mut alice) = enrolled(&house, "alice").await;
    client(
        &house,
        json!({"backchannel_logout_uri": "https://chat.example/out"}),
    )
    .await;
    sign_in_on(&mut tab, &mut alice, Some(&key)).await;
    let on_it = newest(&house, "alice");
    let elsewhere = house.browser("alice", Level::Aal2, None).await;
    let browser = Browser {
        session: on_it.clone(),
        cookie: String::new(),
    };
    house.tie(&browser, "chat").await;

    // Neither a stranger nor an officer without the session's word: here the owner, from elsewhere.
    let path = format!("/api/v1/devices/{}/lost", key.device());
    let carol = house.browser("carol", Level::Aal2, None).await;
    let refused = house.as_person(&carol, Method::POST, &path, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let proven = begin_anew(&mut tab).await;
    assert_eq!(prove(&mut tab, &proven, &key).await.status, StatusCode::OK);
    let lost = house.as_person(&elsewhere, Method::POST, &path, None).await;
    assert_eq!(
        (lost.status, lost.json()),
        (StatusCode::OK, json!({"sessions_ended": 1, "not_reached": []}))
    );
    assert!(
        house
            .app
            .board
            .session(&on_it.id)
            .is_none_or(|session| session.ended_at.is_some())
    );
    assert!(
        house
            .app
            .board
            .session(&elsewhere.session.id)
            .is_some_and(|one| one.ended_at.is_none())
    );
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let due = authn::store::outbox::due(house.app.now(), 10, &mut db)
        .await
        .unwrap();
    assert_eq!(due.len(), 1, "the client is told");
    drop(db);

    // What was proven before it was lost names nothing after.
    finish(&mut tab, &proven, &mut alice).await;
    assert_eq!(newest(&house, "alice").place.device, None);
    let flow = begin_anew(&mut tab).await;
    let answer = prove(&mut tab, &flow, &key).await;
    assert_eq!(
        (answer.status, answer.json()),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({"problem": "the device is lost"})
        )
    );
    finish(&mut tab, &flow, &mut alice).await;
    assert_eq!(
        enrol(&mut tab, &key).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    // One person does not take it up again; two do.
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let terms = json!({"managed": false, "lost": false});
    let proposal = put(&house, &hugo, &key.device(), terms).await;
    assert!(stored(&house, &key.device()).lost);
    assert_eq!(
        prove_anew(&mut tab, &key).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    carried_out(&house, &hugo, &judy, &proposal).await;
    assert!(!stored(&house, &key.device()).lost);
    assert_eq!(prove_anew(&mut tab, &key).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_officer_or_an_administrator_says_that_a_device_is_lost_and_it_loses_all_trust() {
    for who in ["judy", "hugo"] {
        let house = open_house().await;
        let office = house.browser(who, Level::Aal2, None).await;
        let bob = house.browser("bob", Level::Aal2, Some("ns")).await;
        let lost = house
            .as_person(&office, Method::POST, "/api/v1/devices/ns/lost", None)
            .await;
        assert_eq!(
            (lost.status, lost.json()),
            (StatusCode::OK, json!({"sessions_ended": 1, "not_reached": []})),
            "{who}"
        );
        let device = stored(&house, "ns");
        assert!(device.lost && !device.managed && device.accreditation.is_none());
        assert!(device.posture_reported_at.is_none());
        assert!(
            house
                .app
                .board
                .session(&bob.session.id)
                .is_none_or(|one| one.ended_at.is_some())
        );
        // To say what it is good for without saying that it is back does nothing.
        let hugo = house.browser("hugo", Level::Aal2, None).await;
        let accreditation = json!({"scheme": "NATO", "level": "NS"});
        let terms = json!({"managed": true, "accreditation": accreditation});
        let answer = house
            .as_person(&hugo, Method::PUT, "/api/v1/devices/ns", Some(terms))
            .await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    }
}
