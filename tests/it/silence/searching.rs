// SPDX-License-Identifier: Apache-2.0
//! Searches about a person find the same in both worlds, and end their pages in the same places.

use countersign_authn::assurance::Level;
use countersign_authz::actions;
use countersign_tests::house::{ServerCaller, TestHouse, open_house_of, whole_world};
use http::Method;
use serde_json::{Value, json};

use super::worlds::{altered, hidden};

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
const READERS: [&str; 4] = ["noah", "alice", "paul", "dave"];

struct Side {
    house: TestHouse,
    server: ServerCaller,
    session: String,
}

impl Side {
    async fn open(world: &Value, reader: &str) -> Self {
        let house = open_house_of(world.to_string().as_bytes()).await;
        let mut record = whole_world("chat");
        record["reasons"] = json!("public");
        record["may_search"] = json!(true);
        let server = house.connect(record).await;
        let browser = house.browser(reader, Level::Aal3, Some("ns")).await;
        let session = house.tie(&browser, "chat").await.as_str().to_owned();
        Self {
            house,
            server,
            session,
        }
    }

    /// The results, page by page, and how many pages there are.
    async fn finds(&self, open: &str, search: &Value, in_session: bool) -> Value {
        let mut body = search.clone();
        if in_session {
            body["context"]["session"] = json!(self.session);
        }
        let mut found = Vec::new();
        loop {
            let path = format!("/access/v1/search/{open}");
            let answer = self
                .house
                .as_server(&self.server, Method::POST, &path, Some(body.clone()))
                .await
                .json();
            found.push(answer["results"].clone());
            match answer["page"]["next_token"].as_str().unwrap() {
                "" => return json!(found),
                token => body["page"]["token"] = json!(token),
            }
        }
    }
}

fn searches(reader: &str, channels: &[String]) -> Vec<(&'static str, Value)> {
    let subject = json!({"type": "user", "id": reader});
    let context = json!({
        "label": {"scheme": "NATO", "level": "NU"},
        "target": {"type": "user", "id": "alice"},
        "to": {"type": "channel", "id": "town"},
    });
    let mut searches = Vec::new();
    for action in actions() {
        for kind in ["channel", "message", "file"] {
            let search = json!({"subject": subject, "action": {"name": action}, "resource": {"type": kind},
                "context": context, "page": {"limit": 2}});
            searches.push(("resource", search));
        }
    }
    for id in channels {
        let resource = json!({"type": "channel", "id": id});
        let search = json!({"subject": subject, "resource": resource, "context": context});
        searches.push(("action", search));
    }
    searches
}

#[tokio::test]
async fn a_search_about_a_person_finds_the_same_whatever_is_above_her() {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let mut found = 0;
    for (seed, reader) in READERS.into_iter().enumerate() {
        let other = altered(&world, reader, seed as u64 + 40);
        let one = Side::open(&world, reader).await;
        let two = Side::open(&other, reader).await;
        let mut channels = hidden(&world, reader);
        channels.extend(["new-0".to_owned(), "no-such".to_owned()]);
        for (open, search) in searches(reader, &channels) {
            for in_session in [false, true] {
                let here = one.finds(open, &search, in_session).await;
                let there = two.finds(open, &search, in_session).await;
                assert_eq!(here, there, "{reader}: {open} {search}");
                let pages = here.as_array().unwrap().iter();
                found += pages.map(|page| page.as_array().unwrap().len()).sum::<usize>();
            }
        }
    }
    assert!(found > 200, "{found} results");
}
