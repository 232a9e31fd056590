// SPDX-License-Identifier: Apache-2.0
//! Searches that are refused: those of a server whose record does not let it, and those that are none.

use axum::body::Body;
use countersign_tests::house::{open_house, whole_world};
use http::{Method, Request};
use serde_json::{Value, json};

use super::{on_what, post, searching, what, who};

fn good() -> [(&'static str, Value); 3] {
    [
        (
            "/access/v1/search/subject",
            who("channel.join", "channel", "town"),
        ),
        (
            "/access/v1/search/resource",
            on_what("alice", "channel.join", "channel"),
        ),
        ("/access/v1/search/action", what("alice", "channel", "town")),
    ]
}

#[tokio::test]
async fn a_server_searches_only_where_its_record_lets_it() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    for (path, body) in good() {
        let answer = post(&house, &server, path, &body).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.text.contains("`may_search`"), "{}", answer.text);
        let nobody = house.anonymous(Method::POST, path, Some(body)).await;
        assert_eq!(nobody.status, 401);
        assert_eq!(nobody.headers["www-authenticate"], "Bearer");
    }
}

#[tokio::test]
async fn missing_members_and_wrong_types_are_400() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    for (path, body) in good() {
        for member in ["subject", "action", "resource"] {
            let Some(part) = body.get(member) else { continue };
            let mut without = body.clone();
            without.as_object_mut().unwrap().remove(member);
            assert_eq!(post(&house, &server, path, &without).await.status, 400);
            let mut flat = body.clone();
            flat[member] = json!("alice");
            assert_eq!(post(&house, &server, path, &flat).await.status, 400);
            for name in part.as_object().unwrap().keys() {
                let mut without = body.clone();
                without[member].as_object_mut().unwrap().remove(name);
                let answer = post(&house, &server, path, &without).await;
                assert_eq!(answer.status, 400, "{path} without {member}.{name}");
                let mut wrong = body.clone();
                wrong[member][name] = json!(123);
                let answer = post(&house, &server, path, &wrong).await;
                assert_eq!(answer.status, 400, "{path} with {member}.{name} = 123");
            }
        }
        for (member, value) in [
            ("context", json!("x")),
            ("context", json!({"session": 5})),
            ("context", json!({"at_least_revision": "never"})),
            ("page", json!("first")),
            ("page", json!({"token": 7})),
            ("page", json!({"limit": 0})),
            ("page", json!({"limit": -1})),
            ("page", json!({"limit": "all"})),
        ] {
            let mut wrong = body.clone();
            wrong[member] = value;
            let answer = post(&house, &server, path, &wrong).await;
            assert_eq!(answer.status, 400, "{wrong}");
        }
    }
}

#[tokio::test]
async fn what_is_no_json_is_400_and_the_request_id_comes_back() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let bearer = format!("Bearer {}", house.token(&server.record.client_id));
    for (path, body) in good() {
        for (kind, text) in [
            ("text/plain", body.to_string()),
            ("application/json", String::new()),
            ("application/json", "[]".into()),
            ("application/json", r#"{"page": {}, "page": {}}"#.into()),
        ] {
            let request = Request::post(path)
                .header("authorization", &bearer)
                .header("content-type", kind)
                .header("x-request-id", "s-1")
                .body(Body::from(text));
            let answer = house.send(request.unwrap()).await;
            assert_eq!(answer.status, 400, "{path}");
            assert_eq!(answer.headers["x-request-id"], "s-1");
        }
    }
}
