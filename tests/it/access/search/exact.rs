// SPDX-License-Identifier: Apache-2.0
//! What is found is what asking about each would find, no more and no less.

use std::collections::BTreeSet;

use countersign_authn::assurance::Level;
use countersign_authz::{Context, Facts, Question, Reference, actions};
use countersign_tests::house::{ServerCaller, TestHouse, WORLD, open_house, start};
use http::Method;
use serde_json::{Value, json};

use super::{all, on_what, searching, set, what, who};

const KINDS: [(&str, &str); 4] = [
    ("channel", "channels"),
    ("file", "files"),
    ("message", "messages"),
    ("user", "users"),
];

/// All actions; of administrative ones, which nobody does without a session, two.
fn asked() -> impl Iterator<Item = &'static str> {
    actions().filter(|action| match action.split_once('.') {
        Some(("audit" | "break_glass" | "call" | "channel" | "file" | "message", _)) => true,
        _ => ["archive.read", "person.manage", "user.direct_message"].contains(action),
    })
}

/// Somebody of each sort: an archiver, a guest, a sysadmin, an officer, industry, an outsider.
const PEOPLE: [&str; 9] = [
    "alice", "arch", "carol", "dave", "gina", "hugo", "ivan", "judy", "noah",
];

/// What an action is asked of: each of its kind, and one of another.
fn things(action: &str, map: &str) -> Vec<String> {
    let own = match action {
        "archive.read" | "message.forward" | "message.read" => "messages",
        "file.download" => "files",
        "user.direct_message" | "person.manage" => "users",
        _ => "channels",
    };
    let mut ids = ids(map);
    if own != map {
        ids.truncate(1);
    }
    ids
}

fn world() -> Value {
    serde_json::from_slice(WORLD).unwrap()
}

fn ids(map: &str) -> Vec<String> {
    world()[map].as_object().unwrap().keys().cloned().collect()
}

/// With this many actions get as far as the person herself.
fn sent() -> Value {
    json!({
        "label": {"scheme": "NATO", "level": "NR"},
        "target": {"type": "user", "id": "bob"},
        "to": {"type": "channel", "id": "ops-ns"},
        "node": "sfu-ns",
    })
}

fn understood() -> Context {
    Context {
        label: Some(json!({"scheme": "NATO", "level": "NR"})),
        target: Some(Reference::new("user", "bob")),
        to: Some(Reference::new("channel", "ops-ns")),
        node: Some("sfu-ns".into()),
        ..Context::default()
    }
}

/// Asks the engine about the person alone.
fn stands(house: &TestHouse, person: &str, action: &str, kind: &str, id: &str) -> bool {
    let question = Question {
        subject: person.to_owned(),
        action: action.to_owned(),
        resource: Reference::new(kind, id),
        context: understood(),
    };
    let facts = Facts {
        supported_obligations: Some(BTreeSet::new()),
        ..Facts::standing()
    };
    let snapshot = house.app.snapshot();
    house
        .app
        .engine
        .decide(&snapshot, &question, &facts, start())
        .allowed()
}

#[tokio::test]
async fn who_may_is_everybody_of_whom_it_is_true() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let mut found = 0;
    for action in asked() {
        for (kind, map) in KINDS {
            for id in things(action, map).into_iter().step_by(2) {
                let mut body = who(action, kind, &id);
                body["context"] = sent();
                let people = ids("users");
                let expected = people
                    .iter()
                    .filter(|person| stands(&house, person, action, kind, &id));
                let expected = set(expected.map(String::as_str));
                let answer = set(all(&house, &server, "subject", &body).await);
                found += answer.len();
                assert_eq!(answer, expected, "{action} {kind} {id}");
            }
        }
    }
    assert!(found > 100, "{found}");
}

#[tokio::test]
async fn on_what_is_all_of_which_it_is_true() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let mut found = 0;
    for person in PEOPLE {
        for action in asked().filter(|action| *action != "channel.create") {
            for (kind, map) in KINDS.into_iter().filter(|(_, map)| things(action, map).len() > 1) {
                let mut body = on_what(person, action, kind);
                body["context"] = sent();
                let things = ids(map);
                let expected = things
                    .iter()
                    .filter(|id| stands(&house, person, action, kind, id));
                let expected = set(expected.map(String::as_str));
                let answer = set(all(&house, &server, "resource", &body).await);
                found += answer.len();
                assert_eq!(answer, expected, "{person} {action} {kind}");
            }
        }
    }
    assert!(found > 100, "{found}");
}

#[tokio::test]
async fn what_is_every_action_of_which_it_is_true() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let mut found = 0;
    for person in PEOPLE {
        for (kind, map) in &KINDS[..3] {
            for id in ids(map).into_iter().step_by(2) {
                let mut body = what(person, kind, &id);
                body["context"] = sent();
                let expected = set(actions().filter(|action| stands(&house, person, action, kind, &id)));
                let answer = set(all(&house, &server, "action", &body).await);
                found += answer.len();
                assert_eq!(answer, expected, "{person} {kind} {id}");
            }
        }
    }
    assert!(found > 100, "{found}");
}

/// The channels of which an evaluation with the same context says yes.
async fn evaluated(
    house: &TestHouse,
    server: &ServerCaller,
    person: &str,
    action: &str,
    context: &Value,
) -> BTreeSet<String> {
    let channels = ids("channels");
    let resources = channels
        .iter()
        .map(|id| json!({"resource": {"type": "channel", "id": id}}));
    let body = json!({
        "subject": {"type": "user", "id": person},
        "action": {"name": action},
        "context": context,
        "evaluations": resources.collect::<Vec<_>>(),
    });
    let answer = house
        .as_server(server, Method::POST, "/access/v1/evaluations", Some(body))
        .await
        .json();
    let answers = answer["evaluations"].as_array().unwrap();
    let allowed = channels
        .iter()
        .zip(answers)
        .filter(|(_, answer)| answer["decision"] == true);
    set(allowed.map(|(id, _)| id.as_str()))
}

#[tokio::test]
async fn with_a_session_a_search_finds_what_evaluations_allow_in_it() {
    let house = open_house().await;
    let mut record = searching("chat");
    record["reasons"] = json!("public");
    let server = house.connect(record).await;
    let mut narrowed = 0;
    for (person, level, device) in [
        ("alice", Level::Aal3, "ns"),
        ("alice", Level::Aal2, "ns"),
        ("dave", Level::Aal2, "smk"),
        ("judy", Level::Aal3, "ns"),
        ("noah", Level::Aal1, "byod"),
    ] {
        let browser = house.browser(person, level, Some(device)).await;
        let sid = house.tie(&browser, "chat").await;
        let mut context = sent();
        context["session"] = json!(sid.as_str());
        for action in asked() {
            let mut body = on_what(person, action, "channel");
            body["context"] = context.clone();
            let answer = set(all(&house, &server, "resource", &body).await);
            let expected = match action {
                // The same answer whatever is there: a list would tell what is.
                "break_glass.request" | "channel.create" => BTreeSet::new(),
                _ => evaluated(&house, &server, person, action, &context).await,
            };
            assert_eq!(answer, expected, "{person} {action}");
            body["context"] = sent();
            narrowed += usize::from(set(all(&house, &server, "resource", &body).await) != answer);
        }
    }
    assert!(narrowed > 0, "a session that is too weak narrows what is found");
}

#[tokio::test]
async fn a_session_counts_for_nobody_but_its_person() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    let sid = house.tie(&alice, "demo").await;
    let mut body = who("channel.join", "channel", "ops-ns");
    assert!(all(&house, &server, "subject", &body).await.len() > 1);
    body["context"] = json!({"session": sid.as_str()});
    assert_eq!(all(&house, &server, "subject", &body).await, ["alice"]);
}

#[tokio::test]
async fn a_search_without_a_session_says_that_it_stands_and_one_with_a_session_does_not() {
    let house = open_house().await;
    let server = house.connect(searching("demo")).await;
    let mut body = who("channel.join", "channel", "ops-ns");
    let answer = super::page(&house, &server, "subject", &body).await;
    assert_eq!(answer["context"]["standing"], true);
    assert!(answer["context"]["revision"].as_str().unwrap().starts_with('r'));
    body["context"] = json!({"session": "none"});
    let answer = super::page(&house, &server, "subject", &body).await;
    assert_eq!(answer["context"].get("standing"), None);
}

#[tokio::test]
async fn bare_answers_hold_results_and_a_page_only_where_it_is_asked_for_or_not_all() {
    let house = open_house().await;
    let mut record = searching("bare");
    record["answers"] = json!("bare");
    let server = house.connect(record).await;
    let mut body = who("message.post", "channel", "nuc-cts");
    let carol = json!([{"type": "user", "id": "carol"}]);
    let answer = super::page(&house, &server, "subject", &body).await;
    assert_eq!(answer, json!({"results": carol}));
    body["page"] = json!({});
    let answer = super::page(&house, &server, "subject", &body).await;
    assert_eq!(
        answer,
        json!({"page": {"next_token": "", "count": 1}, "results": carol})
    );
}
