// SPDX-License-Identifier: Apache-2.0
//! Above a person: whatever she asks, by whichever way, she hears the same in both worlds.

use countersign_authn::assurance::Level;
use countersign_tests::house::{Browser, ServerCaller, TestHouse, open_house_of, whole_world};
use countersign_tests::oracle::questions::Questions;
use http::Method;
use serde_json::{Value, json};

use super::worlds::{altered, hidden};

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
const READERS: [&str; 4] = ["noah", "alice", "paul", "dave"];
const QUESTIONS: usize = 250;

/// A house, the chat server and the reader in it.
struct Side {
    house: TestHouse,
    server: ServerCaller,
    reader: Browser,
}

impl Side {
    async fn open(world: &Value, reader: &str) -> Self {
        let house = open_house_of(world.to_string().as_bytes()).await;
        let mut record = whole_world("chat");
        record["reasons"] = json!("public");
        let server = house.connect(record).await;
        let reader = house.browser(reader, Level::Aal3, Some("ns")).await;
        house.tie(&reader, "chat").await;
        Self {
            house,
            server,
            reader,
        }
    }

    /// What the chat server hears, without the decision's name and the revision.
    async fn hears(&self, question: &Value) -> String {
        let mut answer = self.house.ask(&self.server, question.clone()).await;
        answer["context"]["decision_id"] = json!("");
        answer["context"]["revision"] = json!("");
        answer.to_string()
    }

    async fn reads(&self, path: &str) -> String {
        let answer = self.house.as_person(&self.reader, Method::GET, path, None).await;
        let text = without(&answer.text, "nonce=\"");
        let text = without(&text, "\"decision_id\":\"");
        let text = text.replace(self.reader.session.csrf.as_str(), "");
        format!("{} {text}", answer.status)
    }
}

/// A text without what stands in quotes behind `mark`: random values.
fn without(text: &str, mark: &str) -> String {
    let mut parts = text.split(mark);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |page, part| {
        page + part.split_once('"').map_or("", |(_, rest)| rest)
    })
}

/// A scenario row as `reader` asks it by her chat server.
fn asked(row: &Value, reader: &str) -> Value {
    let mut question = json!({
        "subject": {"type": "user", "id": reader},
        "action": {"name": row["action"]},
        "resource": row["resource"],
    });
    if let Some(context) = row.get("context") {
        question["context"] = context.clone();
    }
    question
}

#[tokio::test]
async fn by_her_chat_server_a_person_hears_the_same_whatever_is_above_her() {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    for (seed, reader) in READERS.into_iter().enumerate() {
        assert!(
            !hidden(&world, reader).is_empty(),
            "nothing is hidden from {reader}"
        );
        let other = altered(&world, reader, seed as u64);
        let one = Side::open(&world, reader).await;
        let two = Side::open(&other, reader).await;
        let half = QUESTIONS / 2;
        let rows = Questions::new(&world, seed as u64).take(half);
        let rows = rows.chain(Questions::new(&other, seed as u64 + 100).take(half));
        for row in rows {
            let question = asked(&row, reader);
            assert_eq!(
                one.hears(&question).await,
                two.hears(&question).await,
                "{reader}: {question}"
            );
        }
    }
}

#[tokio::test]
async fn her_pages_are_the_same_whatever_is_above_her() {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    for (seed, reader) in READERS.into_iter().enumerate() {
        let other = altered(&world, reader, seed as u64);
        let one = Side::open(&world, reader).await;
        let two = Side::open(&other, reader).await;
        let secrets = hidden(&world, reader);
        let secrets = secrets.iter().map(|id| format!("/api/v1/channels/{id}"));
        let mut paths = vec![
            "/account".to_owned(),
            "/signin".to_owned(),
            "/api/v1/me".to_owned(),
            "/api/v1/channels".to_owned(),
            "/api/v1/people".to_owned(),
            "/api/v1/decisions".to_owned(),
            "/api/v1/proposals".to_owned(),
        ];
        paths.extend(secrets);
        paths.push("/api/v1/channels/new-0".to_owned());
        for path in paths {
            let (here, there) = (one.reads(&path).await, two.reads(&path).await);
            // Each house has its own name for her session.
            let here = here.replace(&one.reader.session.id.to_string(), "");
            let there = there.replace(&two.reader.session.id.to_string(), "");
            assert_eq!(here, there, "{reader}: {path}");
        }
    }
}
