// SPDX-License-Identifier: Apache-2.0
//! `GET /metrics`: what is counted, who may read it, and what never stands in it.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use countersign_authn::assurance::Level;
use countersign_tests::house::{
    TestHouse, open_house, open_house_configured, question, request, whole_world,
};
use http::Method;
use serde_json::json;

async fn metrics(house: &TestHouse) -> String {
    let answer = house.anonymous(Method::GET, "/metrics", None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.headers["content-type"], content_type);
    assert!(answer.text.ends_with("# EOF\n"));
    answer.text
}

/// The value of the line that begins so.
fn value(text: &str, line: &str) -> f64 {
    let found = text
        .lines()
        .find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    found
        .unwrap_or_else(|| panic!("no {line} in\n{text}"))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn decisions_requests_memory_and_refusals_are_counted() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    for _ in 0..3 {
        house
            .ask(&server, question("noah", "channel.join", "ops-ns"))
            .await;
    }
    let mut large = question("noah", "channel.join", "ops-ns");
    large["context"] = json!({"note": "x".repeat(2 * 1024 * 1024)});
    let path = "/access/v1/evaluation";
    house.as_server(&server, Method::POST, path, Some(large)).await;
    house.anonymous(Method::GET, "/nothing/at-all", None).await;
    let text = metrics(&house).await;
    let line = r#"countersign_decisions_total{action="channel.join",outcome="deny",reason=""#;
    let counted: Vec<&str> = text.lines().filter(|found| found.starts_with(line)).collect();
    assert_eq!(counted.len(), 1, "{text}");
    assert!(counted[0].ends_with("\"} 3"), "{}", counted[0]);
    for (line, expected) in [
        ("countersign_decision_seconds_count", 3.0),
        ("countersign_recording_seconds_count", 3.0),
        (r#"countersign_remembered_answers_total{result="hit"}"#, 2.0),
        (r#"countersign_refused_requests_total{why="body_too_large"}"#, 1.0),
        (
            r#"countersign_http_requests_total{method="POST",route="/access/v1/evaluation",status="2xx"}"#,
            3.0,
        ),
        (
            r#"countersign_http_requests_total{method="POST",route="/access/v1/evaluation",status="4xx"}"#,
            1.0,
        ),
        (
            r#"countersign_http_requests_total{method="GET",route="none",status="4xx"}"#,
            1.0,
        ),
        (
            r#"countersign_http_request_seconds_count{method="POST",route="/access/v1/evaluation"}"#,
            4.0,
        ),
        (
            r#"countersign_http_request_seconds_bucket{le="+Inf",method="POST",route="/access/v1/evaluation"}"#,
            4.0,
        ),
        ("countersign_tail_lag_seconds", 0.0),
        ("countersign_record_failing", 0.0),
        ("countersign_spool_waiting", 0.0),
        ("countersign_sessions", 0.0),
    ] {
        assert!((value(&text, line) - expected).abs() < 1e-9, "{line}\n{text}");
    }
    assert!(text.contains(r#"countersign_build_info{version=""#), "{text}");
    house.app.clock.advance(chrono::TimeDelta::seconds(3));
    let text = metrics(&house).await;
    assert!((value(&text, "countersign_tail_lag_seconds") - 3.0).abs() < 1e-9);
    house.app.drain().await.unwrap();
    assert!(value(&metrics(&house).await, "countersign_journal_waiting_bytes") >= 0.0);
}

#[tokio::test]
async fn no_person_channel_or_label_is_ever_named() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    house.tie(&judy, "chat").await;
    let snapshot = house.app.snapshot();
    let people: Vec<String> = snapshot.people().map(|(id, _)| id.to_string()).collect();
    let channels: Vec<String> = snapshot.channels().map(|(id, _)| id.to_string()).collect();
    for person in &people {
        house
            .ask(&server, question(person, "channel.join", &channels[0]))
            .await;
        house.ask(&server, question(person, person, &channels[0])).await;
        let path = format!("/api/v1/people/{person}");
        house.as_person(&judy, Method::GET, &path, None).await;
        house.anonymous(Method::GET, &format!("/{person}"), None).await;
    }
    for channel in &channels {
        let mut asked = question("alice", "message.post", channel);
        asked["context"] = json!({"label": {"scheme": "NATO", "level": "NS", "compartments": ["ATOMAL"]}});
        house.ask(&server, asked).await;
        house
            .anonymous(Method::GET, &format!("/api/v1/channels/{channel}"), None)
            .await;
        let path = format!("/api/v1/channels/{channel}/evictions");
        house.as_server(&server, Method::GET, &path, None).await;
    }
    let text = metrics(&house).await;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    // Help is ours; what is measured stands in lines without a hash.
    let measured = text.lines().filter(|line| !line.starts_with('#'));
    let words: BTreeSet<&str> = measured.flat_map(|line| line.split(|c| !is_part(c))).collect();
    assert!(words.contains("channel.join"));
    let labels = ["NATO", "NS", "NU", "NR", "CTS", "ATOMAL", "GEHEIM", "chat"].map(str::to_owned);
    for name in people.iter().chain(&channels).chain(&labels) {
        assert!(!words.contains(name.as_str()), "{name} in\n{text}");
    }
}

#[tokio::test]
async fn this_machine_or_the_token_may_read_and_nobody_else() {
    let mut sections = toml::Table::new();
    sections.insert(
        "metrics".into(),
        toml::toml! { token = "a token of metrics" }.into(),
    );
    let house = open_house_configured(sections).await;
    let bearer = format!(
        "Bearer {}",
        house.token(&house.connect(whole_world("chat")).await.record.client_id)
    );
    for (peer, headers, expected) in [
        ("127.0.0.1:7", vec![], 200),
        ("[::1]:7", vec![], 200),
        ("127.0.0.1:7", vec![("x-forwarded-for", "127.0.0.1")], 401),
        ("192.0.2.1:7", vec![], 401),
        (
            "192.0.2.1:7",
            vec![("authorization", "Bearer a token of metrics")],
            200,
        ),
        (
            "192.0.2.1:7",
            vec![("authorization", "Bearer a token of metric")],
            401,
        ),
        ("192.0.2.1:7", vec![("authorization", bearer.as_str())], 401),
    ] {
        let mut sent = request(Method::GET, "/metrics", &headers, None);
        let peer: SocketAddr = peer.parse().unwrap();
        sent.extensions_mut().insert(ConnectInfo(peer));
        assert_eq!(house.send(sent).await.status, expected, "{peer} {headers:?}");
    }
    let mut sections = toml::Table::new();
    sections.insert("listen".into(), toml::toml! { behind_tls_proxy = true }.into());
    let house = open_house_configured(sections).await;
    let answer = house.anonymous(Method::GET, "/metrics", None).await;
    assert_eq!(answer.status, 401, "to a proxy, everybody is of this machine");
}
