// SPDX-License-Identifier: Apache-2.0
//! OpenTDF's decision protocol, asked by a Rocket.Chat that obeys the answers, over HTTP.

mod entitlements;
mod errors;
mod labels;
mod membership;
mod outage;
mod token;

use countersign_authn::assurance::Level;
use countersign_tests::house::{TestHouse, open_house};
use countersign_tests::rocket_chat::{Build, Key, RocketChat};
use serde_json::{Value, json};

/// The level of a room.
const NS: [(&str, &[&str]); 1] = [("nato-level", &["ns"])];

/// A server's record as the guide has it.
fn record() -> Value {
    json!({
        "id": "rocket", "kind": "rocket_chat", "client_id": "rocket", "node": "nato-pol",
        "user_id": "same", "channel_id": "same",
        "scope": {"people": "all", "channels": "all"},
        "labels_owner": "server", "members_owner": "server",
        "clients": {"managed": true, "posture": "vouched", "accreditation": {"scheme": "NATO", "level": "NS"}},
        "opentdf": {"namespace": "labels.example.org", "entity": "username"}
    })
}

/// The same with what `opentdf` says besides.
fn record_with(opentdf: &Value) -> Value {
    let mut record = record();
    for (name, value) in opentdf.as_object().unwrap() {
        record["opentdf"][name] = value.clone();
    }
    record
}

/// A house and a Rocket.Chat of `build` that is connected to it, with everybody's accounts.
async fn connected(build: Build, record: Value) -> (TestHouse, RocketChat) {
    let house = open_house().await;
    let chat = connect(&house, build, record).await;
    (house, chat)
}

async fn connect(house: &TestHouse, build: Build, record: Value) -> RocketChat {
    let key = match record["opentdf"]["entity"].as_str() {
        Some("email") => Key::Email,
        _ => Key::Username,
    };
    let (caller, secret) = house.connect_with_secret(record).await;
    let base = house.serve().await;
    let people: Vec<String> = house
        .app
        .snapshot()
        .people()
        .map(|(id, _)| id.to_string())
        .collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    RocketChat::new(&base, (&caller.record.client_id, &secret), build, key).with_users(&people)
}

/// Signs somebody in to the chat server, strongly and on a good device.
async fn sign_in(house: &TestHouse, person: &str) {
    let browser = house.browser(person, Level::Aal3, Some("ns")).await;
    house.tie(&browser, "rocket").await;
}

/// A security officer ends somebody's access.
async fn revoke(house: &TestHouse, person: &str) {
    let judy = house.browser("judy", Level::Aal2, None).await;
    let path = format!("/api/v1/people/{person}/revoke");
    let answer = house.as_person(&judy, http::Method::POST, &path, None).await;
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
}
