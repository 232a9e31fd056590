// SPDX-License-Identifier: Apache-2.0
//! Too much is asked: the one who asks it is told to come back, in the form in which the address answers,
//! and nobody else notices.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use chrono::TimeDelta;
use countersign_tests::house::{
    Answer, ServerCaller, TestHouse, open_house, open_house_configured, question, request, whole_world,
};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use http::{Method, Request};
use serde_json::{Value, json};

const ONE: &str = "/access/v1/evaluation";
const MANY: &str = "/access/v1/evaluations";

async fn limited(limits: toml::Table) -> TestHouse {
    let mut sections = toml::Table::new();
    sections.insert("limits".into(), limits.into());
    open_house_configured(sections).await
}

fn batch(items: usize) -> Value {
    let mut body = question("alice", "channel.join", "town");
    body["evaluations"] = json!(vec![json!({}); items]);
    body
}

async fn post(house: &TestHouse, server: &ServerCaller, path: &str, body: Value) -> Answer {
    house.as_server(server, Method::POST, path, Some(body)).await
}

fn comes_back_after(answer: &Answer) -> u64 {
    answer.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn who_floods_is_told_when_to_come_back_and_the_other_server_is_answered() {
    let house = limited(toml::toml! { server_per_second = 100 server_burst = 1000 server_at_once = 2000 servers_at_once = 2000 }).await;
    let (loud, quiet) = (
        house.connect(whole_world("loud")).await,
        house.connect(whole_world("quiet")).await,
    );
    let ask = || question("alice", "channel.join", "town");
    let flood = join_all((0..1_200).map(|_| post(&house, &loud, ONE, ask())));
    let calm = join_all((0..200).map(|_| post(&house, &quiet, ONE, ask())));
    let (flood, calm) = tokio::join!(flood, calm);
    assert!(calm.iter().all(|answer| answer.status == 200));
    let answered = flood.iter().filter(|answer| answer.status == 200);
    assert!(
        answered
            .clone()
            .all(|answer| answer.json()["decision"] == calm[0].json()["decision"])
    );
    assert_eq!(answered.count(), 1_000);
    let refused: Vec<_> = flood.iter().filter(|answer| answer.status != 200).collect();
    for answer in &refused {
        assert_eq!(answer.status, 429);
        assert!(
            answer.text.contains("limits.server_per_second"),
            "{}",
            answer.text
        );
        assert!(
            answer.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/plain")
        );
    }
    house
        .advance(TimeDelta::seconds(comes_back_after(refused[0]) as i64))
        .await;
    assert_eq!(
        post(&house, &loud, ONE, ask()).await.status,
        200,
        "at once after that"
    );
}

#[tokio::test]
async fn each_question_of_a_list_counts() {
    let house = limited(toml::toml! { server_per_second = 1 server_burst = 1000 }).await;
    let server = house.connect(whole_world("chat")).await;
    assert_eq!(post(&house, &server, MANY, batch(600)).await.status, 200);
    let refused = post(&house, &server, MANY, batch(500)).await;
    assert_eq!(
        (refused.status.as_u16(), comes_back_after(&refused) > 90),
        (429, true)
    );
    let resources = json!({"subject": {"type": "user", "id": "alice"},
        "resources": vec![json!({"type": "channel", "id": "town"}); 500]});
    let refused = post(&house, &server, "/api/v1/filter", resources).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .contains("limits.server_per_second")
    );
    assert_eq!(post(&house, &server, MANY, batch(300)).await.status, 200);
}

#[tokio::test]
async fn lists_longer_than_the_bound_are_refused_and_one_bad_item_spoils_no_other() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    assert_eq!(post(&house, &server, MANY, batch(10_000)).await.status, 413);
    let mut body = batch(1_000);
    body["evaluations"][500] = json!({"action": 7});
    let answer = post(&house, &server, MANY, body).await.json();
    let answers = answer["evaluations"].as_array().unwrap();
    let good = answers
        .iter()
        .filter(|answer| answer["context"]["decision_id"].is_string());
    assert_eq!((answers.len(), good.count()), (1_000, 999));
    assert_eq!(answers[500]["context"]["error"]["status"], 400);
}

async fn hangs(future: &mut (impl Future + Unpin)) -> bool {
    std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context).is_pending())).await
}

#[tokio::test]
async fn bodies_that_never_end_hold_up_their_own_server_alone() {
    let house = open_house().await;
    let (slow, other) = (
        house.connect(whole_world("slow")).await,
        house.connect(whole_world("other")).await,
    );
    let never = || {
        let bytes = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let bearer = format!("Bearer {}", house.token("slow"));
        let request = Request::post(ONE)
            .header("authorization", bearer)
            .header("content-type", "application/json");
        request.body(Body::from_stream(bytes)).unwrap()
    };
    let mut hanging: Vec<_> = (0..4).map(|_| Box::pin(house.send(never()))).collect();
    for send in &mut hanging {
        assert!(hangs(send).await);
    }
    assert_eq!(house.send(never()).await.status, 429);
    let ask = || question("alice", "channel.join", "town");
    assert_eq!(post(&house, &other, ONE, ask()).await.status, 200);
    assert_eq!(
        post(&house, &slow, ONE, ask()).await.status,
        200,
        "its small ones go on"
    );
    drop(hanging);
    assert!(hangs(&mut Box::pin(house.send(never()))).await, "room again");
}

#[tokio::test]
async fn more_streams_than_a_server_may_open_are_refused_until_one_ends() {
    let house = limited(toml::toml! { server_streams_at_once = 2 }).await;
    let server = house.connect(whole_world("chat")).await;
    let open = async || house.listen(&server, "/api/v1/stream", None).await;
    let (first, _second) = (open().await, open().await);
    let refused = open().await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "10");
    let waiting = house
        .as_server(&server, Method::GET, "/api/v1/changes?wait=25", None)
        .await;
    assert_eq!(waiting.status, 429, "{}", waiting.text);
    drop(first);
    assert_eq!(open().await.status(), 200);
}

fn from(address: &str, mut request: Request<Body>) -> Request<Body> {
    let peer: SocketAddr = address.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

#[tokio::test]
async fn a_flood_without_a_token_ends_at_its_address_and_servers_there_go_on() {
    let house = limited(toml::toml! { address_per_second = 1 address_burst = 20 }).await;
    let server = house.connect(whole_world("chat")).await;
    let sent = |path: &str, address: &str| {
        let body = json!({"subject": 1});
        from(
            address,
            request(Method::POST, path, &[("x-request-id", "r-1")], Some(body)),
        )
    };
    for _ in 0..20 {
        assert_eq!(house.send(sent(ONE, "192.0.2.7:1")).await.status, 401);
    }
    for (path, content_type) in [
        (ONE, "text/plain; charset=utf-8"),
        ("/api/v1/simulate", "application/problem+json"),
        ("/oauth2/token", "application/json"),
        ("/signin", "text/html; charset=utf-8"),
    ] {
        let refused = house.send(sent(path, "192.0.2.7:2")).await;
        assert_eq!(refused.status, 429, "{path}");
        assert_eq!(refused.headers["content-type"], content_type, "{path}");
        assert_eq!(refused.headers["retry-after"], "1", "{path}");
        assert_eq!(
            refused.headers.contains_key("x-request-id"),
            path == ONE,
            "{path}"
        );
    }
    let refused = house.send(sent("/oauth2/token", "192.0.2.7:3")).await.json();
    assert_eq!(refused["error"], "temporarily_unavailable");
    assert_eq!(
        house.send(sent(ONE, "192.0.2.8:1")).await.status,
        401,
        "elsewhere"
    );
    let bearer = format!("Bearer {}", house.token("chat"));
    let body = Some(question("alice", "channel.join", "town"));
    let own = request(Method::POST, ONE, &[("authorization", &bearer)], body);
    assert_eq!(house.send(from("192.0.2.7:4", own)).await.status, 200);
    let health = request(Method::GET, "/healthz", &[], None);
    assert_eq!(house.send(from("192.0.2.7:5", health)).await.status, 200);
    drop(server);
}

#[tokio::test]
async fn behind_a_proxy_the_address_is_the_one_that_the_proxy_saw() {
    let mut sections = toml::Table::new();
    let limits = toml::toml! { address_per_second = 1 address_burst = 1 };
    sections.insert("limits".into(), limits.into());
    sections.insert("listen".into(), toml::toml! { behind_tls_proxy = true }.into());
    let house = open_house_configured(sections).await;
    let status = async |told: &str| {
        let request = request(Method::POST, ONE, &[("x-forwarded-for", told)], Some(json!({})));
        house.send(request).await.status.as_u16()
    };
    assert_eq!(status("192.0.2.1").await, 401);
    assert_eq!(status("192.0.2.1").await, 429);
    assert_eq!(
        status("198.51.100.9, 192.0.2.1").await,
        429,
        "what comes before it is hearsay"
    );
    assert_eq!(status("192.0.2.1, 192.0.2.2").await, 401);
}

#[tokio::test]
async fn fifty_megabytes_are_refused_at_every_address_before_they_are_read() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let bearer = format!("Bearer {}", house.token(&server.record.client_id));
    let (_, document) = countersign_server::http::api::api();
    let document = serde_json::to_value(&document).unwrap();
    let mut addresses: Vec<(Method, String)> = [
        "evaluation",
        "evaluations",
        "search/subject",
        "search/resource",
        "search/action",
    ]
    .map(|api| (Method::POST, format!("/access/v1/{api}")))
    .into();
    for path in [
        "/oauth2/token",
        "/oauth2/introspect",
        "/oauth2/revoke",
        "/oauth2/authorize",
        "/signin/password",
    ] {
        addresses.push((Method::POST, path.to_owned()));
    }
    for (path, verbs) in document["paths"].as_object().unwrap() {
        let writing = verbs
            .as_object()
            .unwrap()
            .keys()
            .filter(|verb| ["patch", "post", "put"].contains(&verb.as_str()));
        addresses
            .extend(writing.map(|verb| (verb.to_uppercase().parse().unwrap(), path.replace(['{', '}'], ""))));
    }
    assert!(addresses.len() > 40, "{addresses:?}");
    let large = Bytes::from(vec![b'x'; 50 * 1024 * 1024]);
    for (method, path) in addresses {
        for bearer in [None, Some(&bearer)] {
            let mut request = Request::builder().method(&method).uri(&path);
            if let Some(bearer) = bearer {
                request = request.header("authorization", bearer);
            }
            let request = request.header("content-type", "application/json");
            let answer = house.send(request.body(Body::from(large.clone())).unwrap()).await;
            assert_eq!(answer.status, 413, "{method} {path}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_body_that_says_no_length_is_cut_off_at_the_same_bound() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let piece = Bytes::from(vec![b' '; 64 * 1024]);
    let pieces = futures_util::stream::repeat(piece).map(Ok::<_, std::io::Error>);
    let bearer = format!("Bearer {}", house.token(&server.record.client_id));
    let request = Request::post(ONE)
        .header("authorization", bearer)
        .header("content-type", "application/json")
        .body(Body::from_stream(pieces))
        .unwrap();
    assert_eq!(house.send(request).await.status, 413);
}
