// SPDX-License-Identifier: Apache-2.0
//! Who and what is not listened to.

use countersign_authn::matrix::key::SigningKey;
use countersign_authn::matrix::request::authorization;
use countersign_tests::house::{open_house, request};
use http::Method;
use serde_json::{Value, json};

use super::{THEM, US, open};

const SIGN: &str = "/_matrix/policy/v1/sign";

#[tokio::test]
async fn without_configuration_there_is_no_federation() {
    let house = open_house().await;
    for path in ["/_matrix/key/v2/server", "/_matrix/federation/v1/version"] {
        assert_eq!(house.anonymous(Method::GET, path, None).await.status, 404);
    }
    let answer = house.anonymous(Method::POST, SIGN, Some(json!({}))).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn every_route_but_the_keys_wants_the_signature_of_a_known_homeserver() {
    let federation = open().await;
    let house = &federation.house;
    let invite = "/_matrix/federation/v2/invite/!r:chat.example/$e";
    let other = SigningKey::from_seed("ed25519:them", &[1; 32]).unwrap();
    let body = json!({"a": 1});
    for (verb, path) in [
        (Method::POST, SIGN),
        (Method::PUT, "/_matrix/federation/v1/send/1"),
        (Method::PUT, invite),
    ] {
        let signed = |key: &SigningKey, origin: &str, path: &str, to: &str, body: &Value| {
            authorization(key, origin, verb.as_str(), path, to, Some(body)).unwrap()
        };
        let own = &federation.key;
        for (authorization, status) in [
            (String::new(), 401),
            ("Bearer x".to_owned(), 401),
            (signed(&other, THEM, path, US, &body), 401),
            (signed(own, "elsewhere.example", path, US, &body), 403),
            (signed(own, THEM, "/elsewhere", US, &body), 401),
            (signed(own, THEM, path, "another.example", &body), 401),
            (signed(own, THEM, path, US, &json!({"a": 2})), 401),
        ] {
            let headers = [("authorization", authorization.as_str())];
            let answer = house
                .send(request(verb.clone(), path, &headers, Some(body.clone())))
                .await;
            assert_eq!(answer.status, status, "{path} {authorization}: {}", answer.text);
            assert!(answer.json()["errcode"].is_string());
        }
    }
    let elsewhere = house
        .anonymous(Method::GET, "/_matrix/federation/v1/state/x", None)
        .await;
    assert_eq!(
        (elsewhere.status.as_u16(), &elsewhere.json()["errcode"]),
        (404, &"M_UNRECOGNIZED".into())
    );
}

#[tokio::test]
async fn an_event_has_a_room_that_we_are_in_a_hash_that_fits_and_its_senders_signature() {
    let federation = open().await;
    let good = federation.message("alice");
    let with = |pointer: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        bad
    };
    for (event, status, errcode) in [
        (
            with("/room_id", json!("!elsewhere:chat.example")),
            403,
            "M_FORBIDDEN",
        ),
        (
            with("/content/body", json!("something else")),
            400,
            "M_INVALID_PARAM",
        ),
        (with("/sender", json!(5)), 400, "M_INVALID_PARAM"),
        (with("/signatures", json!({})), 403, "M_FORBIDDEN"),
        (
            with("/signatures", json!({THEM: {"ed25519:them": "AAAA"}})),
            403,
            "M_FORBIDDEN",
        ),
        (
            with("/signatures", json!({THEM: {"ed25519:other": "AAAA"}})),
            401,
            "M_UNAUTHORIZED",
        ),
        (json!([]), 403, "M_FORBIDDEN"),
    ] {
        let answer = federation.sign(&event).await;
        let told = answer.json();
        assert_eq!(
            (answer.status.as_u16(), &told["errcode"]),
            (status, &errcode.into()),
            "{told}"
        );
    }
}

/// Of another homeserver than any that is configured, or in our name without our signature.
#[tokio::test]
async fn nobody_else_can_be_spoken_for() {
    let federation = open().await;
    for sender in ["@mallory:elsewhere.example", &format!("@countersign:{US}")] {
        let mut event = federation.message("alice");
        event["sender"] = json!(sender);
        let members = event.as_object().unwrap().clone();
        let event = countersign_authn::matrix::event::made(members, super::version()).unwrap();
        let event = event.signed(THEM, &federation.key).unwrap();
        let answer = federation.sign(&event).await;
        assert_eq!(answer.status, 403, "{sender}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_invitation_of_our_user_is_signed_and_noted_and_no_other() {
    let federation = open().await;
    let path = "/_matrix/federation/v2/invite/ops-ns/$e";
    let invitation = |whom: &str, membership: &str| {
        let event = federation.event(
            "alice",
            "m.room.member",
            Some(whom),
            json!({ "membership": membership }),
        );
        json!({"room_version": "11", "event": event, "invite_room_state": []})
    };
    let ours = format!("@countersign:{US}");
    let answer = federation
        .ask(Method::PUT, path, &invitation(&ours, "invite"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.json()["event"]["signatures"][US]["ed25519:countersign"].is_string());
    for bad in [
        invitation("@somebody:policy.example:8448", "invite"),
        invitation(&ours, "join"),
        json!({"room_version": "3", "event": {}}),
        json!({"room_version": "11"}),
    ] {
        let answer = federation.ask(Method::PUT, path, &bad).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
}
