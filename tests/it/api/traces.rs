// SPDX-License-Identifier: Apache-2.0
//! Traces, as a collector of OTLP over HTTP receives them.

use axum::Json;
use axum::routing::post;
use countersign_tests::house::{
    TestHouse, open_house, open_house_configured, question, request, whole_world,
};
use http::Method;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A house and what its collector receives.
async fn traced(per_thousand: i64) -> (TestHouse, UnboundedReceiver<Value>) {
    let (sender, receiver) = unbounded_channel();
    let collect = async move |Json(message): Json<Value>| sender.send(message).unwrap();
    let collector = axum::Router::new().route("/v1/traces", post(collect));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, collector).await });
    let mut section = toml::Table::new();
    section.insert("endpoint".into(), endpoint.into());
    section.insert("per_thousand".into(), per_thousand.into());
    let mut sections = toml::Table::new();
    sections.insert("traces".into(), section.into());
    (open_house_configured(sections).await, receiver)
}

fn spans(message: &Value) -> &Vec<Value> {
    message["resourceSpans"][0]["scopeSpans"][0]["spans"]
        .as_array()
        .unwrap()
}

#[tokio::test]
async fn a_chat_servers_trace_is_followed_and_names_nobody() {
    let (house, mut received) = traced(0).await;
    let server = house.connect(whole_world("chat")).await;
    let bearer = format!("Bearer {}", house.token(&server.record.client_id));
    let ask = async |path: &str, parent: &str, bearer: &str| {
        let headers = [("authorization", bearer), ("traceparent", parent)];
        let body = Some(question("alice", "channel.join", "town"));
        house.send(request(Method::POST, path, &headers, body)).await;
    };
    ask("/access/v1/evaluation", PARENT, &bearer).await;
    ask("/api/v1/servers/chat/check", PARENT, &bearer).await;
    ask("/access/v1/evaluation", &PARENT.replace("-01", "-00"), &bearer).await;
    ask("/access/v1/evaluation", "nonsense", &bearer).await;
    ask("/access/v1/evaluation", PARENT, "Bearer somebody").await;
    house.app.send_traces().await.unwrap();
    let message = received.recv().await.unwrap();
    let resource = &message["resourceSpans"][0]["resource"]["attributes"];
    assert_eq!(resource[0]["value"]["stringValue"], "countersign");
    let spans = spans(&message);
    assert_eq!(spans.len(), 2, "{message}");
    for span in spans {
        assert_eq!(span["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(span["parentSpanId"], "00f067aa0ba902b7");
        assert_eq!(span["spanId"].as_str().unwrap().len(), 16);
        assert_eq!(span["kind"], 2);
        let number = |name: &str| span[name].as_str().unwrap().parse::<u128>().unwrap();
        assert!(number("endTimeUnixNano") >= number("startTimeUnixNano"));
    }
    assert_eq!(spans[0]["name"], "POST /access/v1/evaluation");
    assert_eq!(spans[1]["name"], "POST /api/v1/servers/{id}/check");
    let text = message.to_string();
    assert!(
        !["alice", "town", "chat"].iter().any(|name| text.contains(name)),
        "{text}"
    );
    house.app.send_traces().await.unwrap();
    assert!(received.try_recv().is_err(), "once");
}

#[tokio::test]
async fn requests_outside_a_trace_begin_their_own() {
    let (house, mut received) = traced(1_000).await;
    house.anonymous(Method::GET, "/nothing/here", None).await;
    house
        .anonymous(Method::GET, "/.well-known/authzen-configuration", None)
        .await;
    house.app.send_traces().await.unwrap();
    let message = received.recv().await.unwrap();
    let spans = spans(&message);
    assert_eq!(spans[0]["name"], "GET none");
    assert_ne!(spans[0]["traceId"], spans[1]["traceId"]);
    assert!(spans[0].get("parentSpanId").is_none());
}

#[tokio::test]
async fn nothing_is_traced_or_sent_unless_a_collector_is_named() {
    let house = open_house().await;
    house.anonymous(Method::GET, "/nothing/here", None).await;
    assert!(!house.app.traces.are_on());
    house.app.send_traces().await.unwrap();
}
