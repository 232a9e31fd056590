// SPDX-License-Identifier: Apache-2.0
//! The certification scenario of AuthZEN 1.0, each row as an equivalent question of our own: reading
//! and posting for `read` and `write`, an archiver who only reads for `bob`, what only the chat server
//! can know for the properties of a request.

use countersign_authn::assurance::Level;
use countersign_tests::house::{ServerCaller, TestHouse, open_house, whole_world};
use http::Method;
use serde_json::{Value, json};

async fn certified() -> (TestHouse, ServerCaller) {
    let house = open_house().await;
    let mut record = whole_world("demo");
    record["may_search"] = json!(true);
    let server = house.connect(record).await;
    for person in ["alice", "arch"] {
        let browser = house.browser(person, Level::Aal3, Some("ns")).await;
        house.tie(&browser, "demo").await;
    }
    (house, server)
}

fn row(person: &str, action: &str, kind: &str, id: &str, context: Value) -> Value {
    json!({
        "subject": {"type": "user", "id": person},
        "action": {"name": action},
        "resource": {"type": kind, "id": id},
        "context": context,
    })
}

fn rows() -> [(Value, bool); 8] {
    let labelled = |level: &str| json!({"label": {"scheme": "NATO", "level": level}});
    let into = |channel: &str| json!({"to": {"type": "channel", "id": channel}});
    [
        (row("alice", "message.read", "message", "m-ns", json!({})), true),
        (row("alice", "message.post", "channel", "ops-ns", json!({})), true),
        (row("arch", "message.read", "message", "m-ns", json!({})), true),
        (row("arch", "message.post", "channel", "ops-ns", json!({})), false),
        (
            row("alice", "message.post", "channel", "town", labelled("NR")),
            false,
        ),
        (
            row("alice", "message.post", "channel", "town", labelled("NU")),
            true,
        ),
        (
            row("alice", "message.forward", "message", "m-mix", into("ops-ns")),
            true,
        ),
        (
            row("alice", "message.forward", "message", "m-mix", into("town")),
            false,
        ),
    ]
}

#[tokio::test]
async fn the_eight_questions_are_answered_as_the_scenario_says() {
    let (house, server) = certified().await;
    for (number, (row, expected)) in rows().into_iter().enumerate() {
        let answer = house.ask(&server, row.clone()).await;
        assert_eq!(answer["decision"], expected, "{}: {answer}", number + 1);
        let mut more = row;
        more["unknown"] = json!({"a": [1]});
        more["context"]["unknown"] = json!("more");
        more["resource"]["properties"] = json!({"status": "archived"});
        let again = house.ask(&server, more).await;
        assert_eq!(again["decision"], expected, "{} with more", number + 1);
    }
}

#[tokio::test]
async fn the_eight_questions_in_one_request_are_answered_alike_and_twice_the_same() {
    let (house, server) = certified().await;
    let body = json!({"evaluations": rows().map(|(row, _)| row)});
    for _ in 0..2 {
        let path = "/access/v1/evaluations";
        let answer = house
            .as_server(&server, Method::POST, path, Some(body.clone()))
            .await;
        let answers = answer.json()["evaluations"].as_array().unwrap().clone();
        let decisions: Vec<bool> = answers.iter().map(|answer| answer["decision"] == true).collect();
        assert_eq!(decisions, rows().map(|(_, expected)| expected));
    }
}

async fn search(house: &TestHouse, server: &ServerCaller, open: &str, body: Value) -> Vec<Value> {
    let path = format!("/access/v1/search/{open}");
    let answer = house.as_server(server, Method::POST, &path, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    assert!(answer["page"]["next_token"].is_string(), "{answer}");
    answer["results"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_six_searches_find_at_least_what_the_scenario_says() {
    let (house, server) = certified().await;
    let user = |id: &str| json!({"type": "user", "id": id});
    for (open, mut body, expected) in [
        (
            "subject",
            row("", "message.read", "message", "m-ns", json!({})),
            vec![user("alice"), user("arch")],
        ),
        (
            "resource",
            row("alice", "message.read", "message", "", json!({})),
            vec![json!({"type": "message", "id": "m-ns"})],
        ),
        (
            "action",
            row("alice", "", "channel", "ops-ns", json!({})),
            vec![json!({"name": "channel.join"}), json!({"name": "message.post"})],
        ),
        (
            "subject",
            row("", "message.post", "channel", "nuc-cts", json!({})),
            vec![user("carol")],
        ),
        (
            "resource",
            row("carol", "message.post", "channel", "", json!({})),
            vec![json!({"type": "channel", "id": "nuc-cts"})],
        ),
        (
            "action",
            row("carol", "", "channel", "nuc-cts", json!({})),
            vec![json!({"name": "message.post"})],
        ),
    ] {
        let found = search(&house, &server, open, body.clone()).await;
        for item in expected {
            assert!(found.contains(&item), "{open} {body}: {found:?}");
        }
        body["page"] = json!({"limit": 1_000});
        assert_eq!(search(&house, &server, open, body).await, found);
    }
}

#[tokio::test]
async fn of_what_is_unknown_in_name_or_type_nothing_is_found() {
    let (house, server) = certified().await;
    for (open, body) in [
        ("subject", row("", "message.read", "message", "m-none", json!({}))),
        ("subject", row("", "read", "channel", "town", json!({}))),
        ("subject", row("", "read", "record", "record-1", json!({}))),
        (
            "resource",
            row("nobody", "channel.join", "channel", "", json!({})),
        ),
        ("resource", row("alice", "channel.join", "record", "", json!({}))),
        ("action", row("nobody", "", "channel", "town", json!({}))),
        ("action", row("alice", "", "channel", "no-such", json!({}))),
        ("action", row("alice", "", "record", "record-1", json!({}))),
    ] {
        let found = search(&house, &server, open, body.clone()).await;
        assert!(found.is_empty(), "{open} {body}: {found:?}");
    }
    let mut of_unknown_type = row("", "channel.join", "channel", "town", json!({}));
    of_unknown_type["subject"]["type"] = json!("robot");
    assert!(
        search(&house, &server, "subject", of_unknown_type)
            .await
            .is_empty()
    );
}
