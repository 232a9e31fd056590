// SPDX-License-Identifier: Apache-2.0
//! The feed of changes as a stream: what happens comes by itself, and nothing is missed in between.

use axum::body::BodyDataStream;
use countersign_authn::assurance::Level;
use countersign_tests::house::{ServerCaller, TestHouse, open_house, whole_world};
use futures_util::StreamExt as _;
use http::Method;
use serde_json::Value;

/// One end of a stream of events.
struct Listening(BodyDataStream);

impl Listening {
    async fn begin(house: &TestHouse, server: &ServerCaller, last: Option<&str>) -> Self {
        let response = house.listen(server, "/api/v1/stream", last).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut body = response.into_body().into_data_stream();
        let first = body.next().await.unwrap().unwrap();
        assert_eq!(first, ": open\n\n", "before anything happens");
        Self(body)
    }

    /// The next event: its id and its data.
    async fn event(&mut self) -> (String, Value) {
        let bytes = self.0.next().await.unwrap().unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("no {name} in {text}"))
                .trim()
                .to_owned()
        };
        assert_eq!(field("event:"), "changes");
        (field("id:"), serde_json::from_str(&field("data:")).unwrap())
    }
}

async fn revoke(house: &TestHouse, person: &str) {
    let judy = house.browser("judy", Level::Aal2, None).await;
    let path = format!("/api/v1/people/{person}/revoke");
    let answer = house.as_person(&judy, Method::POST, &path, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn ended(event: &Value) -> Vec<&str> {
    let changes = event["changes"].as_array().unwrap().iter();
    changes
        .filter(|change| change["kind"] == "user_ended")
        .filter_map(|change| change["user"].as_str())
        .collect()
}

#[tokio::test]
async fn who_is_out_is_told_at_once_and_what_was_missed_is_made_up_for() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let mut listening = Listening::begin(&house, &server, None).await;
    revoke(&house, "alice").await;
    let (id, told) = listening.event().await;
    assert_eq!(ended(&told), ["alice"]);
    assert_eq!(told["cursor"], id.as_str());
    drop(listening);

    revoke(&house, "bob").await;
    let mut again = Listening::begin(&house, &server, Some(&id)).await;
    let (_, told) = again.event().await;
    assert_eq!(ended(&told), ["bob"], "once, and no more than that");
}

#[tokio::test]
async fn a_scope_that_shrinks_holds_for_streams_that_are_open() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let mut listening = Listening::begin(&house, &server, None).await;
    let mut record = whole_world("chat");
    record["scope"] = serde_json::json!({"people": {"list": ["noah"]}, "channels": {"list": []}});
    house.connect(record).await;
    revoke(&house, "kara").await;
    revoke(&house, "noah").await;
    let mut heard = Vec::new();
    while heard.is_empty() {
        let (_, told) = listening.event().await;
        heard = ended(&told).into_iter().map(str::to_owned).collect();
    }
    assert_eq!(heard, ["noah"]);
}

#[tokio::test]
async fn a_cursor_that_is_none_opens_no_stream() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let response = house.listen(&server, "/api/v1/stream", Some("17")).await;
    assert_eq!(response.status(), 400);
}
