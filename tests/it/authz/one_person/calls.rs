// SPDX-License-Identifier: Apache-2.0
//! What one person may call, whatever her office: acts, files, servers' records, break-glass, what only machines
//! may say.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_authn::assurance::Level;
use countersign_authz::Snapshot;
use countersign_directory::{Answers, ConnectedServer, Reasons, Within};
use countersign_tests::house::{Browser, TestHouse, open_house, whole_world};
use http::Method;
use rand::RngExt;
use serde_json::{Value, json};

use super::draw::Draw;
use super::{ASKED, WORLD};

/// Calls that are tried, and how many of them in one house: what is narrowed stays so.
const CALLS: usize = 120;
const IN_ONE_HOUSE: usize = 40;

struct Call {
    verb: Method,
    path: String,
    body: Option<Value>,
}

impl Call {
    fn post(path: String, body: Value) -> Self {
        Self {
            verb: Method::POST,
            path,
            body: Some(body),
        }
    }

    fn put(path: String, body: Value) -> Self {
        Self {
            verb: Method::PUT,
            path,
            body: Some(body),
        }
    }
}

impl Draw {
    fn call(&mut self, snapshot: &Snapshot) -> Call {
        match self.rng.random_range(0..12) {
            0 => Call::post("/api/v1/imports".into(), self.file(snapshot)),
            1 => Call::put("/api/v1/servers/chat".into(), self.server()),
            2 => {
                let channel = self.id("channels");
                let body = json!({"channel": channel, "minutes": 60, "reason": "casualty"});
                Call::post("/api/v1/break-glass".into(), body)
            }
            3 => {
                let at = json!({"reported_at": "2026-11-23T11:59:59Z", "compliant": true});
                Call::post(format!("/api/v1/devices/{}/posture", self.id("devices")), at)
            }
            4 => {
                let id = self.id("channels");
                let label = self.world["channels"][&id]["label"].clone();
                let label = self.relabelled(label);
                Call::put(format!("/api/v1/channels/{id}"), json!({ "label": label }))
            }
            _ => call_of(&self.act(snapshot)),
        }
    }

    /// The record of [`whole_world`] with something changed.
    fn server(&mut self) -> Value {
        let mut record = quiet();
        let (name, value) = self.of(&[
            ("reasons", json!("full")),
            ("may_search", json!(true)),
            ("cache_max", json!(60)),
            ("cache_max", json!(5)),
            ("answers", json!("bare")),
            (
                "clients",
                json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "NU"}, "posture": "vouched"}),
            ),
            ("scope", json!({"people": "all", "channels": {"list": ["town"]}})),
            ("supported_obligations", json!(["watermark"])),
            ("may_assert", json!([])),
            (
                "may_assert",
                json!(["label", "quotes", "to", "target", "node", "location"]),
            ),
        ]);
        record[name] = value;
        record
    }
}

fn quiet() -> Value {
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    record["cache_max"] = json!(30);
    record
}

/// The route of an act.
fn call_of(act: &Value) -> Call {
    let id = act["id"].as_str().unwrap_or_default();
    let clearance = |verb: &str| {
        let of = act["clearance"].as_str().unwrap();
        format!("/api/v1/people/{id}/clearances/{of}{verb}")
    };
    let patch = |path: String, body: Value| Call {
        verb: Method::PATCH,
        path,
        body: Some(body),
    };
    let bare = |verb: Method, path: String| Call {
        verb,
        path,
        body: None,
    };
    match act["act"].as_str().unwrap() {
        "person_patch" => patch(format!("/api/v1/people/{id}"), act["patch"].clone()),
        "person_enable" => bare(Method::POST, format!("/api/v1/people/{id}/enable")),
        "clearance_suspend" => bare(Method::POST, clearance("/suspend")),
        "clearance_resume" => bare(Method::POST, clearance("/resume")),
        "clearance_revoke" => bare(Method::POST, clearance("/revoke")),
        "clearance_renew" => patch(clearance(""), json!({"valid_until": act["valid_until"]})),
        "channel_patch" => patch(format!("/api/v1/channels/{id}"), act["patch"].clone()),
        "channel_reclassify" => Call::post(format!("/api/v1/channels/{id}/reclassify"), act["label"].clone()),
        "device_put" => Call::put(format!("/api/v1/devices/{id}"), act["device"].clone()),
        "node_put" => Call::put(format!("/api/v1/nodes/{id}"), act["node"].clone()),
        "agreement_put" => Call::put(format!("/api/v1/agreements/{id}"), act["agreement"].clone()),
        "agreement_end" => bare(Method::DELETE, format!("/api/v1/agreements/{id}")),
        "mission_put" => Call::put(format!("/api/v1/missions/{id}"), act["mission"].clone()),
        "agency_put" => Call::put(format!("/api/v1/agencies/{id}"), act["agency"].clone()),
        "settings_put" => {
            let mut settings = act["settings"].clone();
            // Stricter ones would lock the offices out.
            settings["administration"] = json!({"aal": 2, "managed_device": false});
            Call::put("/api/v1/settings".into(), settings)
        }
        other => panic!("`{other}` has no route here"),
    }
}

/// What a server may, as words of which there can be more or fewer.
fn powers(server: &ConnectedServer) -> BTreeSet<String> {
    let mut powers: BTreeSet<String> = (0..=server.cache_max)
        .map(|kept| format!("keeps for {kept}"))
        .collect();
    powers.extend(server.may_assert.iter().map(|word| format!("asserts {word:?}")));
    powers.extend(server.supported_obligations.iter().cloned());
    powers.extend(server.may_search.then(|| "searches".to_owned()));
    powers.extend((server.reasons == Reasons::Full).then(|| "hears true codes".to_owned()));
    powers.extend((server.answers == Answers::Full).then(|| "hears all".to_owned()));
    powers.extend(server.clients.as_ref().map(|clients| format!("{clients:?}")));
    match &server.scope.channels {
        Within::All => powers.extend(["town", "ops-ns", "everywhere"].map(str::to_owned)),
        Within::List(ids) => powers.extend(ids.iter().map(ToString::to_string)),
    }
    powers
}

fn chat(snapshot: &Snapshot) -> BTreeSet<String> {
    let (_, held) = snapshot.servers().find(|(id, _)| id.as_str() == "chat").unwrap();
    powers(held)
}

/// The officer, the system administrator and the auditor, each by herself; what one of them files is not approved,
/// unless she tries to do that herself.
async fn offices(house: &TestHouse) -> Vec<Browser> {
    let mut offices = Vec::new();
    for person in ["judy", "hugo", "olga"] {
        offices.push(house.browser(person, Level::Aal2, None).await);
    }
    offices
}

/// She tries to be the second person of what she filed.
async fn approves_it_herself(house: &TestHouse, by: &Browser, filed: &Value) {
    let of = |name: &str| filed[name].as_str().map(str::to_owned);
    if let Some(id) = of("proposal") {
        let at = format!("/api/v1/proposals/{id}");
        let shown = house.as_person(by, Method::GET, &at, None).await.json();
        let word = json!({"parameters": shown["parameters"]});
        let own = house
            .as_person(by, Method::POST, &format!("{at}/approve"), Some(word))
            .await;
        assert_eq!(own.status, 403, "{}", own.text);
        house
            .as_person(by, Method::POST, &format!("{at}/execute"), None)
            .await;
    } else if let Some(id) = of("id") {
        let at = format!("/api/v1/break-glass/{id}/approve");
        let own = house.as_person(by, Method::POST, &at, None).await;
        assert_eq!(own.status, 403, "{}", own.text);
    }
}

#[tokio::test]
async fn no_call_of_one_person_lets_anybody_do_more() {
    let mut draw = Draw::new(WORLD, 20_261_129);
    let (mut held_at_once, mut waits, mut narrowed) = (0, 0, 0);
    let mut tried = 0;
    while tried < CALLS {
        let house = open_house().await;
        house.connect(quiet()).await;
        let offices = offices(&house).await;
        for _ in 0..IN_ONE_HOUSE {
            tried += 1;
            let before: Arc<Snapshot> = house.app.snapshot();
            let call = draw.call(&before);
            let what = format!("{} {} {:?}", call.verb, call.path, call.body);
            for by in &offices {
                let answer = house
                    .as_person(by, call.verb.clone(), &call.path, call.body.clone())
                    .await;
                assert!(answer.status.as_u16() < 500, "{what}: {}", answer.text);
                if answer.status == 202 {
                    waits += 1;
                    approves_it_herself(&house, by, &answer.json()).await;
                }
                held_at_once += usize::from(answer.status == 200);
            }
            let after = house.app.snapshot();
            assert!(chat(&after).is_subset(&chat(&before)), "{what}");
            let names = names_in(&call.path);
            let raises = call.path.ends_with("/reclassify");
            if after.revision() != before.revision() {
                narrowed += ASKED.compare(Some(&before), &after, &names, &what, raises);
            }
        }
    }
    assert!(
        held_at_once > 15 && waits > 20 && narrowed > 0,
        "{held_at_once} calls held at once, {waits} wait, {narrowed} answers were narrowed"
    );
}

/// The identifiers in an address.
fn names_in(path: &str) -> Vec<String> {
    let parts = path.trim_start_matches("/api/v1/").split('/');
    parts.skip(1).map(str::to_owned).collect()
}
