// SPDX-License-Identifier: Apache-2.0
//! Why: told whole to who dominates it, and by pseudonyms to who does not.

use countersign_authn::assurance::Level;
use countersign_tests::house::{Browser, ServerCaller, TestHouse, open_house, question, whole_world};
use http::Method;
use serde_json::{Value, json};

/// Words of carol's refusal at `nuc-cts` that somebody cleared for NR must not read anywhere.
const ABOVE: [&str; 12] = [
    "ATOMAL", "COSMIC", "CTS", "cts", "NC", "NS", "NUC", "nuc", "SECRET", "GEHEIM", "STRENG", "TOP",
];

struct Scene {
    house: TestHouse,
    server: ServerCaller,
}

impl Scene {
    async fn open() -> Self {
        let house = open_house().await;
        let mut record = whole_world("chat");
        record["reasons"] = json!("public");
        let server = house.connect(record).await;
        Self { house, server }
    }

    /// Has carol refused a channel of CTS ATOMAL for her device; returns the decision's name.
    async fn refuse_carol(&self) -> String {
        let carol = self.house.browser("carol", Level::Aal3, Some("cts")).await;
        self.house.tie(&carol, "chat").await;
        let byod = self.house.browser("carol", Level::Aal3, Some("ns")).await;
        self.house.tie(&byod, "chat").await;
        let mut asked = question("carol", "message.post", "nuc-cts");
        asked["context"] = json!({
            "label": {"scheme": "NATO", "level": "CTS", "compartments": ["ATOMAL"]},
            "quotes": [{"type": "message", "id": "m-ns"}],
        });
        let answer = self.house.ask(&self.server, asked).await;
        assert_eq!(answer["decision"], false, "{answer}");
        answer["context"]["decision_id"].as_str().unwrap().to_owned()
    }

    async fn read(&self, reader: &Browser, path: &str) -> Value {
        let answer = self.house.as_person(reader, Method::GET, path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }
}

fn slipped(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    ABOVE.into_iter().filter(|word| words.contains(word)).collect()
}

#[tokio::test]
async fn an_auditor_cleared_for_nr_reads_no_word_above_nr_of_a_cts_decision() {
    let scene = Scene::open().await;
    let id = scene.refuse_carol().await;
    let olga = scene.house.browser("olga", Level::Aal2, None).await;
    let why = scene.read(&olga, &format!("/api/v1/decisions/{id}")).await;
    assert!(
        why["explanation"]["guards"][0]["changes"][0].is_string(),
        "{why:#}"
    );
    assert!(
        why["resource"]["id"].as_str().unwrap().starts_with("channel-"),
        "{why:#}"
    );
    assert_eq!(why["resource"]["withheld"], true, "{why:#}");
    assert_eq!(slipped(&why.to_string()), [""; 0], "{why:#}");
    let list = scene.read(&olga, "/api/v1/decisions?subject=carol").await;
    assert_eq!(list["items"][0]["id"], json!(id));
    assert_eq!(slipped(&list["items"][0].to_string()), [""; 0], "{list:#}");
}

#[tokio::test]
async fn what_she_supposes_herself_tells_an_auditor_nothing_more() {
    let scene = Scene::open().await;
    let olga = scene.house.browser("olga", Level::Aal2, None).await;
    for (action, channel) in [
        ("channel.join", "nuc-cts"),
        ("message.read", "ops-ns"),
        ("channel.join", "no-such"),
    ] {
        let scenario = json!({
            "subject": "carol", "action": action, "resource": {"type": "channel", "id": channel},
        });
        for path in ["/api/v1/simulate", "/api/v1/explain"] {
            let answer = scene
                .house
                .as_person(&olga, Method::POST, path, Some(scenario.clone()))
                .await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert_eq!(slipped(&answer.text), [""; 0], "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn who_dominates_it_reads_step_by_step_why() {
    let scene = Scene::open().await;
    let judy = scene.house.browser("judy", Level::Aal2, None).await;
    let scenario = json!({
        "subject": "alice", "action": "channel.join", "resource": {"type": "channel", "id": "ops-ns"},
        "facts": {"device": "byod", "session": {"aal": 2, "auth_age_minutes": 5, "idle_minutes": 0, "revoked": false}},
    });
    let answer = scene
        .house
        .as_person(&judy, Method::POST, "/api/v1/explain", Some(scenario))
        .await
        .json();
    assert_eq!(answer["reason"], "DEVICE_CAP", "{answer:#}");
    let why = &answer["explanation"];
    let step = &why["clearances"][0]["steps"][0];
    assert_eq!(step["clearance"]["level"], "GEHEIM", "{why:#}");
    assert_eq!(step["agreement"], "DE-NATO");
    assert_eq!(step["reads_as"], "NATO NS");
    assert_eq!(step["used"], true);
    let codes: Vec<&Value> = why["guards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|guard| &guard["code"])
        .collect();
    assert_eq!(codes, ["DEVICE_CAP", "AAL_STEP_UP"]);
    assert_eq!(
        why["guards"][0]["changes"],
        json!(["a device accredited for NATO NS or above"])
    );
    assert_eq!(why["guards"][1]["changes"], json!(["sign in at AAL3"]));
    let cap = &why["policies"][0];
    assert_eq!(
        (&cap["id"], &cap["effect"]),
        (&json!("device-cap"), &json!("forbid"))
    );
    let compared = &cap["clauses"][0]["parts"][1]["parts"][0];
    assert_eq!(compared["text"], "context.device.rank < context.stake.rank");
    assert_eq!(
        compared["facts"][1],
        json!({"name": "context.stake.rank", "value": 3})
    );
    let inputs = why["inputs"].as_array().unwrap();
    let found = |name: &str| inputs.iter().find(|input| input["name"] == name).unwrap();
    assert_eq!(found("channel ops-ns")["from"], "the store");
    assert_eq!(
        found("person alice")["value"]["email"],
        json!(null),
        "not needed to say why"
    );
    assert_eq!(why["person"]["reason"], "DEVICE_CAP");
}

#[tokio::test]
async fn the_persons_own_text_tells_nothing_that_she_does_not_dominate() {
    let scene = Scene::open().await;
    let judy = scene.house.browser("judy", Level::Aal2, None).await;
    let scenario =
        json!({"subject": "noah", "action": "channel.join", "resource": {"type": "channel", "id": "ops-ns"}});
    let answer = scene
        .house
        .as_person(&judy, Method::POST, "/api/v1/explain", Some(scenario))
        .await
        .json();
    assert_eq!(answer["reason"], "CLEARANCE_LEVEL", "{answer:#}");
    let person = &answer["explanation"]["person"];
    assert_eq!(person["reason"], "NOT_AVAILABLE");
    assert_eq!(person["changes"], json!([]));
}

#[tokio::test]
async fn explaining_is_for_who_may_simulate_and_is_no_decision() {
    let scene = Scene::open().await;
    let scenario =
        json!({"subject": "noah", "action": "channel.join", "resource": {"type": "channel", "id": "town"}});
    let noah = scene.house.browser("noah", Level::Aal2, None).await;
    let refused = scene
        .house
        .as_person(&noah, Method::POST, "/api/v1/explain", Some(scenario.clone()))
        .await;
    assert_eq!(refused.status, 403);
    let olga = scene.house.browser("olga", Level::Aal2, None).await;
    scene
        .house
        .as_person(&olga, Method::POST, "/api/v1/explain", Some(scenario))
        .await;
    let recorded = scene.read(&olga, "/api/v1/decisions?subject=noah").await;
    let joins = recorded["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["action"] == "channel.join");
    assert_eq!(joins.count(), 0);
}
