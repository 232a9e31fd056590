// SPDX-License-Identifier: Apache-2.0
//! Passkeys: what enrols, what signs in, and what does not.

use chrono::TimeDelta;
use countersign_tests::authenticator::{Authenticator, BE, BS, UP, UV};
use countersign_tests::house::open_house;
use http::StatusCode;

use super::desk::{ORIGIN, Tab, enrol, link, location, passkey};

#[tokio::test]
async fn a_passkey_enrolled_with_a_link_signs_in_and_the_session_is_phishing_resistant() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    let answer = tab.sign_in("/signin?then=/account", &mut key).await;
    assert_eq!(location(&answer), "/account");
    let account = tab.get("/account").await;
    assert_eq!(account.status, StatusCode::OK);
    assert!(account.text.contains("Test key"));
    let person = "dave".parse().unwrap();
    let sessions = house.app.board.of_person(&person, house.app.now());
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].level.acr(), "phr");
}

#[tokio::test]
async fn an_enrolment_link_works_once_and_not_after_its_end() {
    let house = open_house().await;
    let first = link(&house, "dave").await;
    let mut key = Authenticator::new(ORIGIN, "localhost", b"one");
    assert_eq!(enrol(&house, &first, &mut key).await.status, StatusCode::OK);
    let mut other = Authenticator::new(ORIGIN, "localhost", b"two");
    assert_eq!(enrol(&house, &first, &mut other).await.status, StatusCode::GONE);
    let old = link(&house, "noah").await;
    let new = link(&house, "noah").await;
    assert_eq!(
        enrol(&house, &old, &mut other).await.status,
        StatusCode::GONE,
        "a new link voids the old"
    );
    house.advance(TimeDelta::hours(24)).await;
    assert_eq!(
        Tab::new(&house).get(&format!("/enrol/{new}")).await.status,
        StatusCode::OK
    );
    house.advance(TimeDelta::seconds(1)).await;
    assert_eq!(
        Tab::new(&house).get(&format!("/enrol/{new}")).await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_within_five_minutes() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    let challenge = tab.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    assert_eq!(tab.post("/signin/passkey", &fields).await.status, StatusCode::OK);

    let again = tab.begin("/signin?max_age=0&acr_values=phrh").await;
    let fields = [
        ("flow", again.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    assert_eq!(
        tab.post("/signin/passkey", &fields).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    for (seconds, status) in [(300, StatusCode::OK), (301, StatusCode::UNPROCESSABLE_ENTITY)] {
        let mut tab = Tab::new(&house);
        let flow = tab.begin("/signin").await;
        let challenge = tab.challenge(&flow).await;
        house.advance(TimeDelta::seconds(seconds)).await;
        let credential = key.get(&challenge["options"]);
        let id = challenge["id"].as_str().unwrap();
        let fields = [
            ("flow", flow.as_str()),
            ("challenge", id),
            ("credential", &credential),
        ];
        assert_eq!(
            tab.post("/signin/passkey", &fields).await.status,
            status,
            "{seconds}"
        );
    }
}

#[tokio::test]
async fn a_challenge_of_one_browser_is_worthless_in_another() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let (mut mine, mut theirs) = (Tab::new(&house), Tab::new(&house));
    let (flow, other) = (mine.begin("/signin").await, theirs.begin("/signin").await);
    let challenge = mine.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", other.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    assert_eq!(
        theirs.post("/signin/passkey", &fields).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    assert_eq!(
        theirs.post("/signin/passkey", &fields).await.status,
        StatusCode::GONE
    );
}

async fn refused(change: impl Fn(&mut Authenticator)) {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    change(&mut key);
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    let challenge = tab.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    let answer = tab.post("/signin/passkey", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .text
            .contains("No passkey was used. Try again, or use another way.")
    );
    assert!(!tab.cookies.contains_key("countersign"));
}

#[tokio::test]
async fn another_origin_is_refused() {
    refused(|key| key.origin = "http://localhost:8081".into()).await;
    refused(|key| key.origin = "http://badlocalhost:8080".into()).await;
    refused(|key| key.origin = "https://localhost:8080".into()).await;
}

#[tokio::test]
async fn another_relying_party_is_refused() {
    refused(|key| key.rp_id = "evil.example".into()).await;
}

#[tokio::test]
async fn without_user_verification_no_passkey_signs_in() {
    refused(|key| key.flags = UP).await;
    refused(|key| key.flags = UV).await;
}

#[tokio::test]
async fn backup_flags_that_change_or_contradict_are_refused() {
    refused(|key| key.flags = UP | UV | BE).await;
    refused(|key| key.flags = UP | UV | BS).await;
}

#[tokio::test]
async fn another_persons_user_handle_is_refused() {
    refused(|key| key.user_handle = vec![1; 32]).await;
    refused(|key| key.user_handle = Vec::new()).await;
}

#[tokio::test]
async fn a_counter_that_goes_back_is_refused_and_put_on_record() {
    refused(|key| key.counter = 0).await;
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    key.counter = 1;
    let mut other = Tab::new(&house);
    let flow = other.begin("/signin").await;
    let challenge = other.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    assert_eq!(
        other.post("/signin/passkey", &fields).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    // What it signed in to has ended; whoever has the key of the two that counts on is warned.
    key.counter = 100;
    tab.sign_in("/signin", &mut key).await;
    assert!(
        tab.get("/account")
            .await
            .text
            .contains("There may be a copy of this key")
    );
}

#[tokio::test]
async fn a_new_passkey_without_verification_or_with_contradicting_flags_is_not_kept() {
    let house = open_house().await;
    for (flags, name) in [(UP, b"a"), (UP | UV | BS, b"b")] {
        let link = link(&house, "noah").await;
        let mut key = Authenticator::new(ORIGIN, "localhost", name);
        key.flags = flags;
        let answer = enrol(&house, &link, &mut key).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{flags:x}");
        key.flags = UP | UV | BE | BS;
        let answer = enrol(&house, &link, &mut key).await;
        assert_eq!(answer.status, StatusCode::OK, "the link was not used up");
    }
}
