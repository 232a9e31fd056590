// SPDX-License-Identifier: Apache-2.0
//! The status codes of the decision API (AuthZEN 1.0, section 10.1): an HTTP error is only ever about
//! the request, a deny is none.

use axum::body::Body;
use countersign_tests::house::{ServerCaller, TestHouse, open_house, question, whole_world};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

const PATH: &str = "/access/v1/evaluation";

async fn raw(
    house: &TestHouse,
    caller: &ServerCaller,
    content_type: Option<&str>,
    body: impl Into<Body>,
) -> StatusCode {
    let bearer = format!("Bearer {}", house.token(&caller.record.client_id));
    let mut request = Request::post(PATH).header("authorization", bearer);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    house.send(request.body(body.into()).unwrap()).await.status
}

async fn status(house: &TestHouse, caller: &ServerCaller, body: Value) -> StatusCode {
    raw(house, caller, Some("application/json"), body.to_string()).await
}

#[tokio::test]
async fn a_wrong_or_missing_content_type_is_400() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let body = question("alice", "channel.join", "town").to_string();
    assert_eq!(raw(&house, &server, Some("text/plain"), body.clone()).await, 400);
    assert_eq!(raw(&house, &server, None, body.clone()).await, 400);
    assert_eq!(
        raw(&house, &server, Some("application/json; charset=utf-8"), body).await,
        200
    );
}

#[tokio::test]
async fn malformed_empty_and_hostile_json_is_400() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let deep = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    let twice = r#"{"subject":{"type":"user","id":"alice"},"subject":{"type":"user","id":"carol"},
        "action":{"name":"channel.join"},"resource":{"type":"channel","id":"town"}}"#;
    let twice_below = r#"{"subject":{"type":"user","id":"alice"},"action":{"name":"channel.join"},
        "resource":{"type":"channel","id":"town"},"context":{"label":{"level":"NU","level":"NS"}}}"#;
    for body in ["", "{", "[]", "null", "\"x\"", &deep, twice, twice_below] {
        let status = raw(&house, &server, Some("application/json"), body.to_owned()).await;
        assert_eq!(status, 400, "{body:.80}");
    }
}

#[tokio::test]
async fn wrong_types_and_missing_members_are_400() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let good = question("alice", "channel.join", "town");
    for (pointer, value) in [
        ("/subject", json!("alice")),
        ("/action", json!({"name": 123})),
        ("/resource", json!({"type": "channel"})),
        ("/resource", json!({"id": "town"})),
        ("/subject", json!({"type": "user"})),
        ("/action", json!({})),
        ("/context", json!("x")),
    ] {
        let mut bad = good.clone();
        bad[&pointer[1..]] = value;
        assert_eq!(status(&house, &server, bad.clone()).await, 400, "{bad}");
    }
    for member in ["subject", "action", "resource"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(member);
        assert_eq!(status(&house, &server, bad).await, 400, "{member}");
    }
}

#[tokio::test]
async fn a_two_megabyte_body_is_too_large() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let mut big = question("alice", "channel.join", "town");
    big["context"] = json!({"note": "x".repeat(2 * 1024 * 1024)});
    assert_eq!(status(&house, &server, big).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn unknown_members_are_passed_over() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let mut more = question("noah", "channel.join", "town");
    more["extra"] = json!({"deep": [1, 2]});
    more["subject"]["extra"] = json!(1);
    assert_eq!(status(&house, &server, more).await, 200);
}

#[tokio::test]
async fn without_a_valid_token_the_answer_is_401_and_says_how() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let body = Some(question("alice", "channel.join", "town"));
    let answer = house.anonymous(Method::POST, PATH, body.clone()).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
    house.advance(chrono::TimeDelta::minutes(5)).await;
    assert_eq!(
        house.as_server(&server, Method::POST, PATH, body).await.status,
        401,
        "a token of five minutes ago"
    );
}

#[tokio::test]
async fn the_callers_request_id_comes_back_on_errors_too() {
    let house = open_house().await;
    for body in ["{", "{}"] {
        let request = Request::post(PATH)
            .header("x-request-id", "r-17")
            .body(Body::from(body))
            .unwrap();
        assert_eq!(house.send(request).await.headers["x-request-id"], "r-17");
    }
}
