// SPDX-License-Identifier: Apache-2.0
//! Devices: keys in browsers and certificates name the device of a sign-in, and nothing else does.

mod browser_key;
mod certificate;
mod lost;
mod proxied;
mod reports;
mod worth;

use authn::factor::device_key::Purpose;
use authn::session::Session;
use authn::{Happened, devices};
use countersign_authn as authn;
use countersign_directory::{Actor, DeviceId};
use countersign_tests::authenticator::Authenticator;
use countersign_tests::devices::{BrowserKey, DeviceHouse};
use countersign_tests::house::{Answer, Browser, ServerCaller, TestHouse, question};
use countersign_tests::pki::TestCard;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::attestation::csrf;
use super::desk::{ORIGIN, Tab, client, location, passkey};

pub(super) const ACCOUNT: &str = "/signin?then=/account";

/// Somebody who is signed in with a passkey and has put a key of this browser on file.
pub(super) async fn enrolled<'a>(house: &'a TestHouse, person: &str) -> (BrowserKey, Tab<'a>, Authenticator) {
    let mut authenticator = passkey(house, person).await;
    let mut tab = Tab::new(house);
    sign_in_on(&mut tab, &mut authenticator, None).await;
    let key = BrowserKey::default();
    let answer = enrol(&mut tab, &key).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    (key, tab, authenticator)
}

pub(super) async fn enrol(tab: &mut Tab<'_>, key: &BrowserKey) -> Answer {
    let csrf = csrf(tab).await;
    let answer = tab.post("/account/devices/challenge", &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let challenge = answer.json()["challenge"].as_str().unwrap().to_owned();
    let fields = [
        ("csrf", csrf),
        (
            "signature",
            key.sign(Purpose::Enrol, ORIGIN, &challenge, &key.thumbprint()),
        ),
        ("challenge", challenge),
        ("key", key.public()),
        ("name", "My laptop".to_owned()),
    ];
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    tab.post("/account/devices", &fields).await
}

pub(super) async fn challenge(tab: &mut Tab<'_>, flow: &str) -> String {
    let answer = tab.post("/signin/device/challenge", &[("flow", flow)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()["challenge"].as_str().unwrap().to_owned()
}

pub(super) async fn send(
    tab: &mut Tab<'_>,
    flow: &str,
    challenge: &str,
    key: &str,
    signature: &str,
) -> Answer {
    let fields = [
        ("flow", flow),
        ("challenge", challenge),
        ("key", key),
        ("signature", signature),
    ];
    tab.post("/signin/device", &fields).await
}

pub(super) async fn prove(tab: &mut Tab<'_>, flow: &str, key: &BrowserKey) -> Answer {
    let challenge = challenge(tab, flow).await;
    let signature = key.sign(Purpose::Prove, ORIGIN, &challenge, &key.thumbprint());
    send(tab, flow, &challenge, &key.thumbprint(), &signature).await
}

/// Begins a sign-in although there may be a session: one of this moment would do.
pub(super) async fn begin_anew(tab: &mut Tab<'_>) -> String {
    tab.house.advance(chrono::TimeDelta::seconds(1)).await;
    tab.begin("/signin?then=/account&max_age=0").await
}

pub(super) async fn prove_anew(tab: &mut Tab<'_>, key: &BrowserKey) -> Answer {
    let flow = begin_anew(tab).await;
    prove(tab, &flow, key).await
}

pub(super) async fn finish(tab: &mut Tab<'_>, flow: &str, passkey: &mut Authenticator) {
    let challenge = tab.challenge(flow).await;
    let credential = passkey.get(&challenge["options"]);
    let fields = [
        ("flow", flow),
        ("challenge", challenge["id"].as_str().unwrap()),
        ("credential", credential.as_str()),
    ];
    let answer = tab.post("/signin/passkey", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    tab.get(&format!("/signin/continue?flow={flow}")).await;
}

pub(super) async fn sign_in_on(tab: &mut Tab<'_>, passkey: &mut Authenticator, key: Option<&BrowserKey>) {
    let flow = begin_anew(tab).await;
    if let Some(key) = key {
        let answer = prove(tab, &flow, key).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    finish(tab, &flow, passkey).await;
}

pub(super) fn newest(house: &TestHouse, person: &str) -> Session {
    let sessions = house
        .app
        .board
        .of_person(&person.parse().unwrap(), house.app.now());
    sessions.into_iter().next().unwrap()
}

pub(super) fn stored(house: &TestHouse, device: &str) -> countersign_directory::Device {
    house.app.snapshot().device(device).unwrap().as_ref().clone()
}

pub(super) async fn lose(house: &TestHouse, device: &str) {
    let id: DeviceId = device.parse().unwrap();
    let (now, mut rng, mut log) = (house.app.now(), house.app.rng(), Happened::new());
    let mut db = house.app.database.begin_write().await.unwrap();
    let ended = devices::lose(&id, &Actor::Operator, now, &mut rng, &mut log, &mut db).await;
    assert!(ended.unwrap().is_some());
    house.app.commit(db).await.unwrap();
}

/// Proposes terms for a device, and returns the proposal's address.
pub(super) async fn put(house: &TestHouse, by: &Browser, device: &str, terms: Value) -> String {
    let path = format!("/api/v1/devices/{device}?reason=test");
    let answer = house.as_person(by, Method::PUT, &path, Some(terms)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    format!(
        "/api/v1/proposals/{}",
        answer.json()["proposal"].as_str().unwrap()
    )
}

pub(super) async fn carried_out(house: &TestHouse, by: &Browser, second: &Browser, proposal: &str) {
    let shown = house.as_person(second, Method::GET, proposal, None).await.json();
    let seen = json!({"parameters": shown["parameters"]});
    let approve = format!("{proposal}/approve");
    let approved = house.as_person(second, Method::POST, &approve, Some(seen)).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
    let done = house
        .as_person(by, Method::POST, &format!("{proposal}/execute"), None)
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

pub(super) async fn asked(
    house: &TestHouse,
    server: &ServerCaller,
    person: &str,
    channel: &str,
    context: Value,
) -> Value {
    let mut question = question(person, "channel.join", channel);
    question["context"] = context;
    house.ask(server, question).await
}

pub(super) async fn manager(house: &TestHouse) {
    client(house, json!({"id": "manager", "reports_posture": true})).await;
}

pub(super) async fn reported(
    house: &TestHouse,
    client: &str,
    device: &str,
    seconds: i64,
    compliant: bool,
) -> Answer {
    let at = house.app.now() + chrono::TimeDelta::seconds(seconds);
    let bearer = format!("Bearer {}", house.token(client));
    let request = countersign_tests::house::request(
        Method::POST,
        &format!("/api/v1/devices/{device}/posture"),
        &[("authorization", &bearer)],
        Some(json!({"reported_at": at, "compliant": compliant})),
    );
    house.send(request).await
}

pub(super) async fn report(house: &TestHouse, device: &str, seconds: i64, compliant: bool) {
    manager(house).await;
    let answer = reported(house, "manager", device, seconds, compliant).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
}

/// To the device host; the path that leads back.
pub(super) async fn trip(
    desk: &DeviceHouse,
    tab: &mut Tab<'_>,
    flow: &str,
    certificate: Option<&TestCard>,
) -> String {
    let away = tab.get(&format!("/signin/device/certificate?flow={flow}")).await;
    let path = location(&away)
        .strip_prefix("https://device.example")
        .unwrap()
        .to_owned();
    let said = desk.present(&path, certificate).await;
    let line = said
        .lines()
        .find(|line| line.to_lowercase().starts_with("location: "))
        .unwrap();
    let address = line.split_once(' ').unwrap().1.trim();
    address.strip_prefix(ORIGIN).unwrap().to_owned()
}

/// There and back.
pub(super) async fn presented(
    desk: &DeviceHouse,
    tab: &mut Tab<'_>,
    flow: &str,
    certificate: Option<&TestCard>,
) -> Answer {
    let back = trip(desk, tab, flow, certificate).await;
    tab.get(&back).await
}
