// SPDX-License-Identifier: Apache-2.0
//! What is signed, and what is not.

use chrono::TimeDelta;
use countersign_audit::store::leaves::{self, Filter};
use countersign_authn::assurance::Level;
use countersign_authn::matrix::event::Event;
use countersign_authn::matrix::key::VerifyKey;
use http::Method;
use serde_json::{Value, json};

use super::{Federation, ROOM, THEM, US, open, version};

async fn sign_in(federation: &Federation, person: &str) {
    let browser = federation.house.browser(person, Level::Aal3, Some("ns")).await;
    federation.house.tie(&browser, "synapse").await;
}

#[tokio::test]
async fn an_event_that_may_enter_gets_the_signature_that_the_rooms_state_names() {
    let federation = open().await;
    sign_in(&federation, "alice").await;
    let mut event = federation.message("alice");
    let answer = federation.sign(&event).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer.json();
    event["signatures"][US] = told[US].clone();
    let member = federation.house.app.matrix.as_ref().unwrap();
    let public = VerifyKey::read(&member.policy_key.public()).unwrap();
    let event = Event::read(event, version()).unwrap();
    assert!(event.is_signed_by(US, |id| (id == "ed25519:policy_server").then_some(&public)));
    assert_eq!(told.as_object().unwrap().len(), 1);
    let published = federation
        .house
        .anonymous(Method::GET, "/_matrix/key/v2/server", None)
        .await
        .json();
    let keys = published["verify_keys"].as_object().unwrap();
    assert!(
        !keys.contains_key("ed25519:policy_server"),
        "that key is believed by the room's state alone"
    );
}

#[tokio::test]
async fn a_refusal_has_a_text_and_a_decision_on_record() {
    let federation = open().await;
    sign_in(&federation, "alice").await;
    for (event, action) in [
        (federation.message("noah"), "message.post"),
        (federation.message("bob"), "message.post"),
        (federation.message("nobody"), "message.post"),
        (
            federation.event(
                "noah",
                "m.room.member",
                Some("@noah:chat.example"),
                json!({"membership": "join"}),
            ),
            "channel.join",
        ),
        (
            federation.event(
                "alice",
                "m.room.member",
                Some("@bob:chat.example"),
                json!({"membership": "ban"}),
            ),
            "channel.remove_member",
        ),
    ] {
        let answer = federation.sign(&event).await;
        let told = answer.json();
        assert_eq!(
            (answer.status.as_u16(), &told["errcode"]),
            (403, &"M_FORBIDDEN".into()),
            "{told}"
        );
        let id = told["countersign.decision_id"].as_str().unwrap().to_owned();
        federation.house.app.drain().await.unwrap();
        let mut db = federation.house.database.pool.acquire().await.unwrap();
        let leaf = leaves::decision(&id, &mut db).await.unwrap().expect("on record");
        let record: Value = serde_json::from_slice(&leaf.record).unwrap();
        assert_eq!(record["body"]["action"], action);
        assert_eq!(record["body"]["asker"]["server"], "synapse");
    }
}

#[tokio::test]
async fn nothing_is_signed_while_the_store_does_not_answer() {
    let federation = open().await;
    sign_in(&federation, "alice").await;
    assert_eq!(federation.sign(&federation.message("alice")).await.status, 200);
    federation.house.app.clock.advance(TimeDelta::seconds(6));
    let answer = federation.sign(&federation.message("alice")).await;
    assert_eq!(answer.status, 403, "{}", answer.text);
}

#[tokio::test]
async fn who_comes_in_and_leaves_is_noted_where_the_homeserver_keeps_the_members() {
    let federation = open().await;
    sign_in(&federation, "lars").await;
    let members = || {
        let snapshot = federation.house.app.snapshot();
        snapshot.members(ROOM).contains("lars")
    };
    let event = |membership: &str| {
        let content = json!({ "membership": membership });
        federation.event("lars", "m.room.member", Some(&format!("@lars:{THEM}")), content)
    };
    assert!(!members());
    let answer = federation.sign(&event("join")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(members());
    assert_eq!(federation.sign(&federation.message("lars")).await.status, 200);
    assert_eq!(federation.sign(&event("leave")).await.status, 200);
    assert!(!members());

    // From a homeserver that does not ask about its own people's memberships we hear afterwards.
    let transaction = json!({"origin": THEM, "origin_server_ts": 1, "pdus": [event("join")]});
    let answer = federation
        .ask(Method::PUT, "/_matrix/federation/v1/send/1", &transaction)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(members());
    let mut forged = event("leave");
    forged["signatures"][THEM][federation.key.id()] = json!("AAAA");
    let transaction = json!({"pdus": [forged, federation.message("noah"), 5]});
    let answer = federation
        .ask(Method::PUT, "/_matrix/federation/v1/send/2", &transaction)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(members(), "what the homeserver did not sign is not believed");
}

#[tokio::test]
async fn a_decision_about_an_event_is_one_like_any_other() {
    let federation = open().await;
    sign_in(&federation, "alice").await;
    let label = json!({"msgtype": "m.text", "body": "x", "org.countersign.label": {"scheme": "NATO", "level": "CTS"}});
    let answer = federation
        .sign(&federation.event("alice", "m.room.message", None, label))
        .await;
    assert_eq!(answer.status, 403, "{}", answer.text);
    federation.house.app.drain().await.unwrap();
    let mut db = federation.house.database.pool.acquire().await.unwrap();
    let filter = Filter {
        reason: Some("LABEL_EXCEEDS_CHANNEL".to_owned()),
        limit: 10,
        ..Filter::default()
    };
    assert_eq!(leaves::list(&filter, &mut db).await.unwrap().len(), 1);
}
