// SPDX-License-Identifier: Apache-2.0
//! Pages: nothing is cut silently, all are about one world, and a token is good for one search.

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_tests::house::{TestHouse, WORLD, open_house, open_house_of};
use http::Method;
use serde_json::{Value, json};

use super::{all, on_what, page, pages, post, searching, what, who};

const SUBJECT: &str = "/access/v1/search/subject";

#[tokio::test]
async fn one_by_one_the_same_is_found() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    for (open, body) in [
        ("subject", who("channel.join", "channel", "ops-ns")),
        ("subject", who("channel.discover", "channel", "town")),
        ("subject", who("message.read", "message", "m-nr")),
        ("resource", on_what("alice", "channel.join", "channel")),
        ("resource", on_what("arch", "message.read", "message")),
        ("resource", on_what("alice", "user.direct_message", "user")),
        ("action", what("alice", "channel", "ops-ns")),
    ] {
        let whole = all(&house, &server, open, &body).await;
        assert!(whole.len() > 2, "{open} {body}: {whole:?}");
        for limit in [1, 2, whole.len()] {
            assert_eq!(pages(&house, &server, open, &body, limit).await, whole, "{body}");
        }
    }
}

#[tokio::test]
async fn the_last_page_says_that_it_is_the_last() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let mut body = who("channel.join", "channel", "ops-ns");
    let whole = all(&house, &server, "subject", &body).await;
    body["page"] = json!({"limit": whole.len()});
    let answer = page(&house, &server, "subject", &body).await;
    assert_eq!(answer["page"], json!({"next_token": "", "count": whole.len()}));
    body["page"] = json!({"limit": 5_000});
    let answer = page(&house, &server, "subject", &body).await;
    assert_eq!(answer["page"], json!({"next_token": "", "count": whole.len()}));
}

/// A first page of one, and the request for the second.
async fn second(house: &TestHouse, server: &countersign_tests::house::ServerCaller) -> Value {
    let mut body = who("channel.join", "channel", "ops-ns");
    body["page"] = json!({"limit": 1});
    let answer = page(house, server, "subject", &body).await;
    body["page"]["token"] = answer["page"]["next_token"].clone();
    assert_ne!(body["page"]["token"], "");
    body
}

#[tokio::test]
async fn a_token_is_good_for_its_server_and_its_search_alone() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let other = house.connect(searching("other")).await;
    let body = second(&house, &server).await;
    assert_eq!(post(&house, &server, SUBJECT, &body).await.status, 200);
    assert_eq!(post(&house, &other, SUBJECT, &body).await.status, 400);
    for (pointer, value) in [
        ("/resource/id", json!("town")),
        ("/action/name", json!("channel.discover")),
        ("/action/properties", json!({"soft": true})),
        ("/context", json!({"session": "none"})),
        ("/subject/type", json!("group")),
        ("/note", json!("new")),
    ] {
        let mut altered = body.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        altered.pointer_mut(parent).unwrap()[member] = value;
        let answer = post(&house, &server, SUBJECT, &altered).await;
        assert_eq!(answer.status, 400, "{pointer}: {}", answer.text);
    }
    let mut elsewhere = what("alice", "channel", "ops-ns");
    elsewhere["page"] = body["page"].clone();
    let answer = post(&house, &server, "/access/v1/search/action", &elsewhere).await;
    assert_eq!(answer.status, 400, "a token of another search");
    let mut reordered = json!({"page": body["page"]});
    for member in ["resource", "action", "subject"] {
        reordered[member] = body[member].clone();
    }
    assert_eq!(
        post(&house, &server, SUBJECT, &reordered).await.status,
        200,
        "order means nothing"
    );
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let body = second(&house, &server).await;
    let token = body["page"]["token"].as_str().unwrap().to_owned();
    let mut forged = vec![String::new(), "p".into(), "alice".into(), token[1..].to_owned()];
    for at in [1, 20, token.len() / 2, token.len() - 2] {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        forged.push(String::from_utf8(bytes).unwrap());
    }
    for token in forged {
        let mut body = body.clone();
        body["page"]["token"] = json!(token);
        let answer = post(&house, &server, SUBJECT, &body).await;
        assert_eq!(answer.status, 400, "{token}: {}", answer.text);
    }
}

#[tokio::test]
async fn every_token_is_as_long_as_any_other_and_looks_different() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let mut body = on_what("alice", "channel.discover", "channel");
    let mut tokens = Vec::new();
    for limit in [1, 1, 2, 3] {
        body["page"] = json!({ "limit": limit });
        let answer = page(&house, &server, "resource", &body).await;
        tokens.push(answer["page"]["next_token"].as_str().unwrap().to_owned());
    }
    assert!(tokens.iter().all(|token| token.len() == tokens[0].len()));
    assert_ne!(tokens[0], tokens[1], "of the same place");
}

async fn revoke(house: &TestHouse, person: &str) {
    let judy = house.browser("judy", Level::Aal2, None).await;
    let path = format!("/api/v1/people/{person}/revoke");
    let gone = house.as_person(&judy, Method::POST, &path, None).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
}

#[tokio::test]
async fn the_pages_of_one_search_are_about_one_world_whatever_changes_meanwhile() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let body = who("channel.join", "channel", "ops-ns");
    let before = all(&house, &server, "subject", &body).await;
    let mut body = second(&house, &server).await;
    let last = before.last().unwrap();
    revoke(&house, last).await;
    let mut found = vec![before[0].clone()];
    loop {
        let answer = page(&house, &server, "subject", &body).await;
        found.extend(answer["results"].as_array().unwrap().iter().map(super::name));
        match answer["page"]["next_token"].as_str().unwrap() {
            "" => break,
            token => body["page"]["token"] = json!(token),
        }
    }
    assert_eq!(found, before);
    body["page"] = json!({});
    let after = page(&house, &server, "subject", &body).await;
    assert_eq!(
        after["results"].as_array().unwrap().len(),
        before.len() - 1,
        "a new search is about the new world"
    );
}

#[tokio::test]
async fn a_world_that_is_forgotten_is_searched_anew() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let body = second(&house, &server).await;
    revoke(&house, "bob").await;
    house.advance(TimeDelta::minutes(5) - TimeDelta::seconds(1)).await;
    assert_eq!(post(&house, &server, SUBJECT, &body).await.status, 200);
    house.advance(TimeDelta::minutes(5)).await;
    let answer = post(&house, &server, SUBJECT, &body).await;
    assert_eq!(answer.status, 410, "{}", answer.text);
    assert!(answer.text.contains("search again"), "{}", answer.text);
}

#[tokio::test]
async fn a_search_does_not_go_on_under_another_record_of_the_server() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let body = second(&house, &server).await;
    let mut narrower = searching("demo");
    narrower["scope"]["people"] = json!({"list": ["alice"]});
    house.connect(narrower).await;
    assert_eq!(post(&house, &server, SUBJECT, &body).await.status, 410);
}

#[tokio::test]
async fn a_page_ends_after_two_thousand_were_looked_at_and_says_where_to_go_on() {
    let mut world: Value = serde_json::from_slice(WORLD).unwrap();
    for number in 0..2_100 {
        let somebody = json!({"kind": "outsider", "status": "active", "nationalities": ["USA"],
            "agency": "PRESS", "roles": ["external"], "missions": [], "briefings": [], "clearances": []});
        world["users"][format!("p{number:04}")] = somebody;
    }
    let house = open_house_of(world.to_string().as_bytes()).await;
    let server = house.connect(searching("demo")).await;
    let mut body = who("channel.join", "channel", "nuc-cts");
    let first = page(&house, &server, "subject", &body).await;
    assert_eq!(first["page"]["count"], 1, "{first}");
    assert_ne!(first["page"]["next_token"], "");
    body["page"] = json!({"token": first["page"]["next_token"]});
    let second = page(&house, &server, "subject", &body).await;
    assert_eq!(second["page"], json!({"next_token": "", "count": 0}));
    let members = page(
        &house,
        &server,
        "subject",
        &who("message.post", "channel", "nuc-cts"),
    )
    .await;
    assert_eq!(members["page"], json!({"next_token": "", "count": 1}), "by index");
}
