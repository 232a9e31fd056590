// SPDX-License-Identifier: Apache-2.0
//! A search tells of nobody and nothing that the server may not know of, nor how much of it there is.

use countersign_tests::house::{ServerCaller, TestHouse, open_house};
use http::Method;
use serde_json::json;

use super::{all, on_what, page, searching, what, who};

async fn narrow(house: &TestHouse) -> ServerCaller {
    let mut record = searching("chat");
    record["reasons"] = json!("public");
    record["scope"] =
        json!({"people": {"list": ["alice", "noah", "carol"]}, "channels": {"list": ["town", "log-nr"]}});
    house.connect(record).await
}

#[tokio::test]
async fn only_within_its_scope_is_anything_found() {
    let house = open_house().await;
    let server = narrow(&house).await;
    for (open, body, expected) in [
        (
            "subject",
            who("channel.join", "channel", "log-nr"),
            vec!["alice", "carol"],
        ),
        (
            "resource",
            on_what("alice", "channel.join", "channel"),
            vec!["log-nr", "town"],
        ),
        ("resource", on_what("alice", "message.read", "message"), vec![]),
        (
            "resource",
            on_what("alice", "file.download", "file"),
            vec!["f-nu"],
        ),
    ] {
        assert_eq!(all(&house, &server, open, &body).await, expected, "{body}");
    }
}

#[tokio::test]
async fn outside_its_scope_everything_is_as_if_it_were_not() {
    let house = open_house().await;
    let server = narrow(&house).await;
    for (open, outside, unknown) in [
        (
            "subject",
            who("channel.join", "channel", "ops-ns"),
            who("channel.join", "channel", "no-such"),
        ),
        (
            "subject",
            who("message.read", "message", "m-ns"),
            who("message.read", "message", "no-such"),
        ),
        (
            "subject",
            who("user.direct_message", "user", "bob"),
            who("user.direct_message", "user", "nobody"),
        ),
        (
            "resource",
            on_what("bob", "channel.join", "channel"),
            on_what("nobody", "channel.join", "channel"),
        ),
        (
            "action",
            what("alice", "channel", "ops-ns"),
            what("alice", "channel", "no-such"),
        ),
        (
            "action",
            what("bob", "channel", "town"),
            what("nobody", "channel", "town"),
        ),
    ] {
        let outside = page(&house, &server, open, &outside).await;
        assert_eq!(outside, page(&house, &server, open, &unknown).await);
        assert_eq!(outside["page"]["next_token"], "");
    }
}

#[tokio::test]
async fn what_happens_beyond_its_scope_changes_no_byte_of_what_it_gets() {
    let house = open_house().await;
    let server = narrow(&house).await;
    let searches = [
        ("subject", who("message.post", "channel", "log-nr")),
        ("subject", who("channel.discover", "channel", "town")),
        ("resource", on_what("carol", "channel.discover", "channel")),
        ("action", what("alice", "channel", "log-nr")),
    ];
    let mut before = Vec::new();
    for (open, body) in &searches {
        before.push(page(&house, &server, open, body).await);
    }
    let other = house.connect(searching("other")).await;
    let label = json!({"label": {"scheme": "NATO", "level": "NU"}, "listed": true});
    for (path, body) in [
        ("/api/v1/channels/aaa-elsewhere", Some(label)),
        ("/api/v1/channels/aaa-elsewhere/members/bob", None),
        ("/api/v1/channels/ops-ns/members/noah", None),
    ] {
        let answer = house.as_server(&other, Method::PUT, path, body).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }
    for ((open, body), before) in searches.iter().zip(before) {
        assert_eq!(page(&house, &server, open, body).await, before);
    }
}

#[tokio::test]
async fn a_hidden_channel_makes_no_difference_to_where_a_page_ends() {
    let house = open_house().await;
    let mut record = searching("chat");
    record["reasons"] = json!("public");
    let server = house.connect(record).await;
    let mut body = on_what("noah", "channel.discover", "channel");
    let known = all(&house, &server, "resource", &body).await;
    let snapshot = house.app.snapshot();
    let mut behind = snapshot.channels_after(known.last().unwrap());
    assert!(
        behind.next().is_some(),
        "there are others, of which he may not know"
    );
    body["page"] = json!({"limit": known.len()});
    let answer = page(&house, &server, "resource", &body).await;
    assert_eq!(answer["page"], json!({"next_token": "", "count": known.len()}));
}

#[tokio::test]
async fn the_results_are_in_the_servers_own_names() {
    let house = open_house().await;
    let mut record = searching("chat");
    record["user_id"] = json!({"template": "@{id}:chat.example"});
    record["channel_id"] = json!({"template": "!{id}:chat.example"});
    let server = house.connect(record).await;
    let body = who("message.post", "channel", "!nuc-cts:chat.example");
    let found = all(&house, &server, "subject", &body).await;
    assert_eq!(found, ["@carol:chat.example"]);
    let body = on_what("@carol:chat.example", "message.post", "channel");
    let found = all(&house, &server, "resource", &body).await;
    assert!(found.contains(&"!nuc-cts:chat.example".to_owned()), "{found:?}");
}
