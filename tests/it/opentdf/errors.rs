// SPDX-License-Identifier: Apache-2.0
//! What cannot be used is said in the protocol's own form, and decides nothing.

use countersign_tests::house::{ServerCaller, TestHouse, open_house, whole_world};
use countersign_tests::rocket_chat::{GET_DECISION_BULK, GET_DECISIONS, GET_ENTITLEMENTS, request};
use http::Method;
use serde_json::{Value, json};

use super::record;

async fn ask(house: &TestHouse, server: &ServerCaller, call: &str, body: Value) -> (u16, Value) {
    let answer = house.as_server(server, Method::POST, call, Some(body)).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn only_a_connected_server_whose_record_says_so_is_heard() {
    let house = open_house().await;
    let other = house.connect(whole_world("demo")).await;
    for call in [GET_DECISIONS, GET_DECISION_BULK, GET_ENTITLEMENTS] {
        let anonymous = house.anonymous(Method::POST, call, Some(json!({}))).await;
        assert_eq!(anonymous.status, 401);
        assert_eq!(anonymous.json()["code"], "unauthenticated");
        assert_eq!(anonymous.headers["www-authenticate"], "Bearer");
        let (status, told) = ask(&house, &other, call, json!({})).await;
        assert_eq!((status, &told["code"]), (403, &"permission_denied".into()));
        assert!(told["message"].as_str().unwrap().contains("`opentdf`"), "{told}");
    }
}

#[tokio::test]
async fn a_question_that_cannot_be_used_is_refused_with_its_place() {
    let house = open_house().await;
    let server = house.connect(record()).await;
    let level = ["https://labels.example.org/attr/nato-level/value/ns".to_owned()];
    let good = request(&json!({"id": "alice"}), "ops-ns", &level);
    let with = |pointer: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        json!({"decisionRequests": [good, bad]})
    };
    let long = "x".repeat(256);
    let many: Vec<String> = (0..257).map(|_| level[0].clone()).collect();
    let cases = [
        (
            with("/action/name", json!("write")),
            "decisionRequests[1].action.name",
        ),
        (
            with("/entityIdentifier/entityChain/entities", json!([])),
            "exactly one entity",
        ),
        (
            with(
                "/entityIdentifier/entityChain/entities",
                json!([{"id": "a"}, {"id": "b"}]),
            ),
            "exactly one entity",
        ),
        (with("/resources/0/ephemeralId", json!("")), "1 to 255 bytes"),
        (with("/resources/0/ephemeralId", json!(long)), "1 to 255 bytes"),
        (
            with("/resources/0/attributeValues/fqns", json!(many)),
            "256 attribute values",
        ),
        (with("/resources/0/attributeValues/fqns", json!("x")), "fqns"),
        (with("/resources", json!({})), "resources"),
        (with("/entityIdentifier", json!({"token": "x"})), "entityChain"),
        (
            json!({"decisionRequests": vec![good.clone(); 1_001]}),
            "at most 1000",
        ),
    ];
    for (body, place) in cases {
        let (status, told) = ask(&house, &server, GET_DECISION_BULK, body).await;
        assert_eq!(
            (status, &told["code"]),
            (400, &"invalid_argument".into()),
            "{told}"
        );
        assert!(
            told["message"].as_str().unwrap().contains(place),
            "{place}: {told}"
        );
    }
    let transmit = json!({"decisionRequests": [{"actions": [{"standard": 2}], "resourceAttributes": [], "entityChains": []}]});
    let (status, told) = ask(&house, &server, GET_DECISIONS, transmit).await;
    assert_eq!(
        (status, &told["code"]),
        (400, &"invalid_argument".into()),
        "{told}"
    );
    let (status, told) = ask(
        &house,
        &server,
        "/authorization.v2.AuthorizationService/GetDecision",
        json!({}),
    )
    .await;
    assert_eq!((status, &told["code"]), (404, &"unimplemented".into()), "{told}");
}

#[tokio::test]
async fn bodies_are_json_of_bounded_size_and_depth_without_a_member_twice() {
    let house = open_house().await;
    house.connect(record()).await;
    let bearer = format!("Bearer {}", house.token("rocket"));
    let send = |kind: &'static str, body: String| {
        let request = http::Request::builder()
            .method(Method::POST)
            .uri(GET_DECISION_BULK)
            .header("authorization", &bearer)
            .header("content-type", kind)
            .body(body.into())
            .unwrap();
        house.send(request)
    };
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    for (kind, body, status) in [
        ("text/plain", "{}".to_owned(), 400),
        ("application/json", String::new(), 400),
        ("application/json", deep, 400),
        (
            "application/json",
            r#"{"decisionRequests":[],"decisionRequests":[]}"#.to_owned(),
            400,
        ),
        ("application/json", format!("\"{}\"", "x".repeat(1_100_000)), 413),
    ] {
        let answer = send(kind, body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.json()["code"].is_string(), "{}", answer.text);
    }
}

/// Every build's own check: health, and a question about nothing or about nobody.
#[tokio::test]
async fn the_checks_of_all_builds_are_answered() {
    let house = open_house().await;
    let server = house.connect(record()).await;
    let health = house.anonymous(Method::GET, "/healthz", None).await;
    assert_eq!(
        (health.status.as_u16(), health.json()),
        (200, json!({"status": "SERVING"}))
    );
    for call in [GET_DECISIONS, GET_DECISION_BULK] {
        let told = ask(&house, &server, call, json!({"decisionRequests": []})).await;
        assert_eq!(told, (200, json!({"decisionResponses": []})));
    }
    let nobody = json!({"entityIdentifier": {"entityChain": {"entities": [{"id": "health-check", "clientId": "rocket"}]}}});
    let told = ask(&house, &server, GET_ENTITLEMENTS, nobody).await;
    assert_eq!(
        told,
        (
            200,
            json!({"entitlements": [{"actionsPerAttributeValueFqn": {}}]})
        )
    );
}
