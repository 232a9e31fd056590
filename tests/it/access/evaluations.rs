// SPDX-License-Identifier: Apache-2.0
//! `POST /access/v1/evaluations`: many questions in one request (AuthZEN 1.0, section 7).

use std::collections::BTreeSet;

use axum::body::Body;
use countersign_authn::assurance::Level;
use countersign_tests::house::{Answer, ServerCaller, TestHouse, open_house, question, whole_world};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

const PATH: &str = "/access/v1/evaluations";

async fn post(house: &TestHouse, server: &ServerCaller, body: Value) -> Answer {
    house.as_server(server, Method::POST, PATH, Some(body)).await
}

async fn many(house: &TestHouse, server: &ServerCaller, body: Value) -> Vec<Value> {
    let answer = post(house, server, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    assert!(answer.get("decision").is_none(), "{answer}");
    answer["evaluations"].as_array().unwrap().clone()
}

fn decisions(answers: &[Value]) -> Vec<bool> {
    let decisions = answers.iter().map(|answer| answer["decision"].as_bool());
    decisions.map(Option::unwrap).collect()
}

async fn with_alice() -> (TestHouse, ServerCaller) {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "demo").await;
    (house, server)
}

/// alice joins three channels: yes, no, yes.
fn yes_no_yes() -> Value {
    let of = |channel| json!({"resource": {"type": "channel", "id": channel}});
    json!({
        "subject": {"type": "user", "id": "alice"},
        "action": {"name": "channel.join"},
        "evaluations": [of("ops-ns"), of("nuc-cts"), of("town")],
    })
}

fn no_yes_no() -> Value {
    let of = |channel| json!({"resource": {"type": "channel", "id": channel}});
    let mut body = yes_no_yes();
    body["evaluations"] = json!([of("nuc-cts"), of("ops-ns"), of("fr-sf")]);
    body
}

#[tokio::test]
async fn each_question_is_answered_in_its_place() {
    let (house, server) = with_alice().await;
    let answers = many(&house, &server, yes_no_yes()).await;
    assert_eq!(decisions(&answers), [true, false, true]);
    let mut same = yes_no_yes();
    same["options"] = json!({"evaluations_semantic": "execute_all"});
    assert_eq!(decisions(&many(&house, &server, same).await), [true, false, true]);
}

#[tokio::test]
async fn a_batch_ends_with_the_first_deny_or_the_first_permit_where_that_is_asked() {
    let (house, server) = with_alice().await;
    for (mut body, semantic, expected) in [
        (yes_no_yes(), "deny_on_first_deny", vec![true, false]),
        (no_yes_no(), "deny_on_first_deny", vec![false]),
        (yes_no_yes(), "permit_on_first_permit", vec![true]),
        (no_yes_no(), "permit_on_first_permit", vec![false, true]),
    ] {
        body["options"] = json!({"evaluations_semantic": semantic});
        assert_eq!(
            decisions(&many(&house, &server, body).await),
            expected,
            "{semantic}"
        );
    }
    let mut unknown = yes_no_yes();
    unknown["options"] = json!({"evaluations_semantic": "deny_overrides"});
    assert_eq!(post(&house, &server, unknown).await.status, 400);
}

#[tokio::test]
async fn what_follows_the_answer_that_decided_is_not_decided() {
    let (house, server) = with_alice().await;
    let mut live = house.app.recorder.live();
    let mut body = yes_no_yes();
    body["options"] = json!({"evaluations_semantic": "deny_on_first_deny"});
    many(&house, &server, body).await;
    let mut recorded = Vec::new();
    while let Ok(decision) = live.try_recv() {
        recorded.push(decision.body.resource.id.clone());
    }
    assert_eq!(recorded, ["ops-ns", "nuc-cts"]);
}

#[tokio::test]
async fn an_item_replaces_a_default_whole_and_inherits_the_others() {
    let (house, server) = with_alice().await;
    let secret = json!({"label": {"scheme": "NATO", "level": "NS"}});
    let body = json!({
        "subject": {"type": "user", "id": "alice"},
        "action": {"name": "message.post"},
        "resource": {"type": "channel", "id": "log-nr"},
        "context": secret,
        "evaluations": [
            {},
            {"context": {}},
            {"resource": {"type": "channel", "id": "ops-ns"}},
            {"subject": {"type": "user", "id": "noah"}, "action": {"name": "channel.join"}},
            {"context": {"quotes": []}},
        ],
    });
    let answers = many(&house, &server, body).await;
    let reasons: Vec<&Value> = answers
        .iter()
        .map(|answer| &answer["context"]["reason"])
        .collect();
    assert_eq!(
        reasons,
        [
            &json!("LABEL_EXCEEDS_CHANNEL"),
            &Value::Null,
            &Value::Null,
            &json!("BRIEFING_MISSING"),
            &Value::Null,
        ],
        "a context of one's own does not keep the label of the default: {answers:?}"
    );
}

#[tokio::test]
async fn without_a_list_the_answer_is_that_of_the_single_endpoint() {
    let (house, server) = with_alice().await;
    let single = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    for list in [None, Some(json!([]))] {
        let mut body = question("alice", "channel.join", "ops-ns");
        if let Some(list) = list {
            body["evaluations"] = list;
        }
        let mut answer = post(&house, &server, body).await.json();
        answer["context"]["decision_id"] = single["context"]["decision_id"].clone();
        assert_eq!(answer, single);
    }
    let mut incomplete = question("alice", "channel.join", "ops-ns");
    incomplete.as_object_mut().unwrap().remove("resource");
    assert_eq!(post(&house, &server, incomplete).await.status, 400);
}

#[tokio::test]
async fn a_bad_question_is_answered_in_its_place_and_spoils_no_other() {
    let (house, server) = with_alice().await;
    let bad = [
        json!("alice"),
        json!(null),
        json!({"subject": "alice"}),
        json!({"subject": {"type": "user"}}),
        json!({"subject": null}),
        json!({"action": {"name": 123}}),
        json!({"context": [1]}),
        json!({"context": {"at_least_revision": "never"}}),
        json!({"resource": {"id": "town"}}),
    ];
    for item in bad {
        let mut body = yes_no_yes();
        body["resource"] = json!({"type": "channel", "id": "town"});
        body["evaluations"][1] = item.clone();
        let answers = many(&house, &server, body).await;
        assert_eq!(decisions(&answers), [true, false, true], "{item}");
        let error = &answers[1]["context"]["error"];
        assert_eq!(error["status"], 400, "{item}: {answers:?}");
        assert!(error["message"].as_str().unwrap().contains('`'), "{error}");
    }
    let mut missing = yes_no_yes();
    missing["evaluations"][1] = json!({});
    let answers = many(&house, &server, missing).await;
    assert_eq!(decisions(&answers), [true, false, true]);
    assert_eq!(
        answers[1]["context"]["error"]["message"],
        "`evaluations[1]`: missing field `resource`"
    );
}

#[tokio::test]
async fn a_bad_question_counts_as_a_deny() {
    let (house, server) = with_alice().await;
    let mut body = yes_no_yes();
    body["evaluations"][0] = json!({"resource": 1});
    body["options"] = json!({"evaluations_semantic": "deny_on_first_deny"});
    assert_eq!(decisions(&many(&house, &server, body).await), [false]);
}

#[tokio::test]
async fn a_bad_payload_is_refused_whole() {
    let (house, server) = with_alice().await;
    for (member, value) in [
        ("evaluations", json!({})),
        ("evaluations", json!("all")),
        ("evaluations", json!(null)),
        ("options", json!("fast")),
        ("options", json!({"evaluations_semantic": 1})),
        ("subject", json!("alice")),
        ("subject", json!(null)),
        ("action", json!({"name": 5})),
        ("context", json!(7)),
    ] {
        let mut body = yes_no_yes();
        body[member] = value.clone();
        let answer = post(&house, &server, body).await;
        assert_eq!(answer.status, 400, "{member}: {value}: {}", answer.text);
    }
    for body in [
        "[]",
        "null",
        "{\"evaluations\": [",
        r#"{"evaluations": [{"subject": {"type": "user", "id": "alice", "id": "carol"}}]}"#,
        r#"{"evaluations": [], "evaluations": [{}]}"#,
    ] {
        let answer = raw(&house, &server, body.to_owned()).await;
        assert_eq!(answer.status, 400, "{body}");
    }
}

async fn raw(house: &TestHouse, server: &ServerCaller, body: String) -> Answer {
    let bearer = format!("Bearer {}", house.token(&server.record.client_id));
    let request = Request::post(PATH)
        .header("authorization", bearer)
        .header("content-type", "application/json")
        .header("x-request-id", "r-9")
        .body(Body::from(body));
    house.send(request.unwrap()).await
}

#[tokio::test]
async fn a_thousand_questions_are_answered_and_one_more_are_too_many() {
    let (house, server) = with_alice().await;
    let mut live = house.app.recorder.live();
    let mut body = yes_no_yes();
    body["resource"] = json!({"type": "channel", "id": "ops-ns"});
    body["evaluations"] = json!(vec![json!({}); 1_000]);
    let answers = many(&house, &server, body.clone()).await;
    assert_eq!(answers.len(), 1_000);
    let told: BTreeSet<&str> = answers
        .iter()
        .map(|answer| answer["context"]["decision_id"].as_str().unwrap())
        .collect();
    let mut recorded = BTreeSet::new();
    while let Ok(decision) = live.try_recv() {
        recorded.insert(decision.id.clone());
    }
    let recorded: BTreeSet<&str> = recorded.iter().map(String::as_str).collect();
    assert_eq!(told, recorded, "each is a decision of its own");
    assert_eq!(told.len(), 1_000);
    body["evaluations"] = json!(vec![json!({}); 1_001]);
    let refused = post(&house, &server, body).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(refused.text, "at most 1000 evaluations in one request\n");
}

#[tokio::test]
async fn fifty_megabytes_are_refused_and_the_request_id_comes_back() {
    let (house, server) = with_alice().await;
    let body = format!("{{\"note\": \"{}\"}}", "x".repeat(50 * 1024 * 1024));
    let answer = raw(&house, &server, body).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.headers["x-request-id"], "r-9");
}

#[tokio::test]
async fn all_questions_of_a_request_are_about_one_world_late_enough_for_each() {
    let (house, server) = with_alice().await;
    let told = house
        .ask(&server, question("alice", "channel.join", "town"))
        .await["context"]["revision"]
        .clone();
    let future = house.app.told_revision(0xffff);
    let mut body = yes_no_yes();
    body["evaluations"][0]["context"] = json!({"at_least_revision": told});
    body["evaluations"][1]["context"] = json!({"at_least_revision": future});
    let answers = many(&house, &server, body).await;
    assert_eq!(decisions(&answers), [true, false, true]);
    assert_eq!(answers[1]["context"]["error"]["status"], 503);
    assert_eq!(
        answers[0]["context"]["revision"],
        answers[2]["context"]["revision"]
    );
}

#[tokio::test]
async fn bare_answers_hold_nothing_but_the_decision_in_a_batch_too() {
    let house = open_house().await;
    let mut record = whole_world("bare");
    record["answers"] = json!("bare");
    let server = house.connect(record).await;
    let mut body = yes_no_yes();
    body["evaluations"][1] = json!(5);
    let bare = json!({"decision": false});
    assert_eq!(
        post(&house, &server, body).await.json(),
        json!({"evaluations": [bare, bare, bare]})
    );
}

#[tokio::test]
async fn whatever_goes_wrong_the_request_id_comes_back() {
    let house = open_house().await;
    for (method, path) in [
        ("POST", "/access/v1/evaluation"),
        ("POST", PATH),
        ("GET", PATH),
        ("POST", "/access/v2/evaluation"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-request-id", "r-3")
            .body(Body::empty())
            .unwrap();
        let answer = house.send(request).await;
        assert!(answer.status.is_client_error());
        assert_eq!(answer.headers["x-request-id"], "r-3", "{method} {path}");
    }
}
