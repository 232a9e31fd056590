// SPDX-License-Identifier: Apache-2.0
//! `POST /access/v1/search/…`: who may, on what, and what (AuthZEN 1.0, section 8).

use std::collections::BTreeSet;

use countersign_tests::house::{Answer, ServerCaller, TestHouse, request, whole_world};
use http::Method;
use serde_json::{Value, json};

mod exact;
mod pages;
mod recorded;
mod refused;
mod scope;

/// The record of a server that may search.
fn searching(id: &str) -> Value {
    let mut record = whole_world(id);
    record["may_search"] = json!(true);
    record
}

/// Asks with an access token of this moment.
async fn post(house: &TestHouse, server: &ServerCaller, path: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {}", house.token(&server.record.client_id));
    let headers = [("authorization", bearer.as_str())];
    house
        .send(request(Method::POST, path, &headers, Some(body.clone())))
        .await
}

/// One page of what is searched: `subject`, `resource`, `action`.
async fn page(house: &TestHouse, server: &ServerCaller, open: &str, body: &Value) -> Value {
    let answer = post(house, server, &format!("/access/v1/search/{open}"), body).await;
    assert_eq!(answer.status, 200, "{open} {body}: {}", answer.text);
    answer.json()
}

/// All pages, at most `limit` on each.
async fn pages(
    house: &TestHouse,
    server: &ServerCaller,
    open: &str,
    body: &Value,
    limit: usize,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut body = body.clone();
    body["page"] = json!({"limit": limit});
    loop {
        let answer = page(house, server, open, &body).await;
        let results = answer["results"].as_array().unwrap();
        assert!(results.len() <= limit);
        assert_eq!(answer["page"]["count"], results.len());
        found.extend(results.iter().map(name));
        match answer["page"]["next_token"].as_str().unwrap() {
            "" => return found,
            token => body["page"]["token"] = json!(token),
        }
    }
}

/// All that is found, in order.
async fn all(house: &TestHouse, server: &ServerCaller, open: &str, body: &Value) -> Vec<String> {
    pages(house, server, open, body, 1_000).await
}

fn name(result: &Value) -> String {
    let name = result.get("id").or(result.get("name"));
    name.and_then(Value::as_str).unwrap().to_owned()
}

fn set<T: Into<String>>(items: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    items.into_iter().map(Into::into).collect()
}

fn who(action: &str, kind: &str, id: &str) -> Value {
    json!({"subject": {"type": "user"}, "action": {"name": action}, "resource": {"type": kind, "id": id}})
}

fn on_what(person: &str, action: &str, kind: &str) -> Value {
    json!({"subject": {"type": "user", "id": person}, "action": {"name": action}, "resource": {"type": kind}})
}

fn what(person: &str, kind: &str, id: &str) -> Value {
    json!({"subject": {"type": "user", "id": person}, "resource": {"type": kind, "id": id}})
}
