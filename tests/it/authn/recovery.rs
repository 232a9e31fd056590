// SPDX-License-Identifier: Apache-2.0
//! Recovery: saved codes beside a password, and two administrators for everybody else.

use authn::assurance::Level;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_tests::house::{TestHouse, open_house};
use http::{Method, StatusCode};
use serde_json::json;

use super::attestation::csrf;
use super::desk::{Tab, enrol as enrol_passkey, location};
use super::password::{at_code, enrol, give_code};
use countersign_tests::authenticator::Authenticator;

/// Signs in with password and security code.
async fn signed_in<'a>(house: &'a TestHouse, person: &str, seed: &authn::factor::totp::Seed) -> Tab<'a> {
    house.advance(TimeDelta::seconds(30)).await;
    let (mut tab, flow) = at_code(house, person).await;
    let code = seed.code_at(house.app.now());
    assert_eq!(give_code(&mut tab, &flow, &code).await, StatusCode::OK);
    tab.get(&format!("/signin/continue?flow={flow}")).await;
    tab
}

/// Makes codes on the account page.
async fn codes(tab: &mut Tab<'_>) -> Vec<String> {
    let token = csrf(tab).await;
    let page = tab.post("/account/recovery", &[("csrf", &token)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let items = page.text.split("<li><code>").skip(1);
    items
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

async fn recover(house: &TestHouse, code: &str) -> (StatusCode, Option<String>) {
    let (mut tab, flow) = at_code(house, "dave").await;
    let answer = tab
        .post("/signin/recovery", &[("flow", &flow), ("code", code)])
        .await;
    let link = (answer.status == StatusCode::SEE_OTHER).then(|| location(&answer).to_owned());
    (answer.status, link)
}

#[tokio::test]
async fn a_saved_code_beside_the_password_binds_anew_once_and_signs_out_elsewhere() {
    let house = open_house().await;
    let seed = enrol(&house, "dave").await;
    let mut tab = signed_in(&house, "dave", &seed).await;
    let codes = codes(&mut tab).await;
    assert_eq!(codes.len(), 10);
    let (status, link) = recover(&house, &codes[0].to_lowercase().replace('-', " ")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (again, _) = recover(&house, &codes[0]).await;
    assert_eq!(again, StatusCode::UNPROCESSABLE_ENTITY, "each works once");
    assert!(tab.get("/account").await.text.contains("9 of 10 left"));

    let link = link.unwrap();
    let link = link.strip_prefix("/enrol/").unwrap();
    let mut key = Authenticator::new(super::desk::ORIGIN, "localhost", b"new");
    assert_eq!(enrol_passkey(&house, link, &mut key).await.status, StatusCode::OK);
    assert_eq!(
        tab.get("/account").await.status,
        StatusCode::SEE_OTHER,
        "signed out elsewhere"
    );
    // The rest of the list goes with what was lost.
    let (rest, _) = recover(&house, &codes[1]).await;
    assert_eq!(rest, StatusCode::UNPROCESSABLE_ENTITY);
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let kept = authn::store::passkeys::of_person(&"dave".parse().unwrap(), &mut db)
        .await
        .unwrap();
    assert!(kept[0].capped, "a recovery never lifts anybody");
}

#[tokio::test]
async fn a_recovery_link_is_good_for_a_quarter_of_an_hour() {
    let house = open_house().await;
    let seed = enrol(&house, "dave").await;
    let mut tab = signed_in(&house, "dave", &seed).await;
    let codes = codes(&mut tab).await;
    let (_, link) = recover(&house, &codes[0]).await;
    let link = link.unwrap();
    house.advance(TimeDelta::minutes(15)).await;
    assert_eq!(Tab::new(&house).get(&link).await.status, StatusCode::OK);
    house.advance(TimeDelta::seconds(1)).await;
    assert_eq!(Tab::new(&house).get(&link).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn new_codes_void_the_old_and_wrong_ones_are_slowed_down() {
    let house = open_house().await;
    let seed = enrol(&house, "dave").await;
    let mut tab = signed_in(&house, "dave", &seed).await;
    let old = codes(&mut tab).await;
    let new = codes(&mut tab).await;
    assert!(new.iter().all(|code| !old.contains(code)));
    assert_eq!(recover(&house, &old[0]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..4 {
        recover(&house, "0000-0000-0000-0000-0000-0000").await;
    }
    assert_eq!(
        recover(&house, &new[0]).await.0,
        StatusCode::UNPROCESSABLE_ENTITY,
        "it must wait"
    );
    house.advance(TimeDelta::seconds(1)).await;
    assert_eq!(recover(&house, &new[0]).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn without_the_password_a_code_opens_nothing() {
    let house = open_house().await;
    let seed = enrol(&house, "dave").await;
    let mut tab = signed_in(&house, "dave", &seed).await;
    let codes = codes(&mut tab).await;
    let mut stranger = Tab::new(&house);
    let flow = stranger.begin("/signin").await;
    stranger
        .post("/signin/name", &[("flow", &flow), ("name", "dave")])
        .await;
    let answer = stranger
        .post("/signin/recovery", &[("flow", &flow), ("code", &codes[0])])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        recover(&house, &codes[0]).await.0,
        StatusCode::SEE_OTHER,
        "it was not used up"
    );
}

/// Tries to sign in with a passkey.
async fn use_of(house: &TestHouse, key: &mut Authenticator) -> StatusCode {
    let mut tab = Tab::new(house);
    let flow = tab.begin("/signin").await;
    let challenge = tab.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    tab.post("/signin/passkey", &fields).await.status
}

/// Has two officers recover dave, who lost `lost`; answers the link.
async fn recovered(house: &TestHouse, lost: Option<serde_json::Value>) -> String {
    let judy = house.browser("judy", Level::Aal2, None).await;
    let path = "/api/v1/people/dave/recover?reason=lost";
    let waiting = house.as_person(&judy, Method::POST, path, lost).await;
    assert_eq!(waiting.status, StatusCode::ACCEPTED, "{}", waiting.text);
    let id = waiting.json()["proposal"].as_str().unwrap().to_owned();
    let at = |verb: &str| format!("/api/v1/proposals/{id}{verb}");
    let kara = house.browser("kara", Level::Aal2, None).await;
    let shown = house.as_person(&kara, Method::GET, &at(""), None).await.json();
    let word = json!({"parameters": shown["parameters"]});
    house
        .as_person(&kara, Method::POST, &at("/approve"), Some(word))
        .await;
    let done = house.as_person(&judy, Method::POST, &at("/execute"), None).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let address = done.json()["enrol_url"].as_str().unwrap().to_owned();
    address.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_recovery_withdraws_what_is_named_and_leaves_the_rest() {
    let house = open_house().await;
    let seed = enrol(&house, "dave").await;
    let mut key = super::desk::passkey(&house, "dave").await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let path = "/api/v1/people/dave/recover?reason=lost";
    let unknown = json!({"lost": ["nothing-here"]});
    let answer = house.as_person(&judy, Method::POST, path, Some(unknown)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    recovered(&house, Some(json!({"lost": ["totp"]}))).await;
    assert_eq!(use_of(&house, &mut key).await, StatusCode::OK, "it was not lost");
    house.advance(TimeDelta::seconds(30)).await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    tab.post("/signin/name", &[("flow", &flow), ("name", "dave")])
        .await;
    let fields = [("flow", flow.as_str()), ("password", super::password::PASSWORD)];
    let answer = tab.post("/signin/password", &fields).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the password goes with the code, or it would be enough by itself"
    );
    let _ = seed;
}

#[tokio::test]
async fn a_recovery_by_default_withdraws_everything_at_once() {
    let house = open_house().await;
    enrol(&house, "dave").await;
    let mut key = super::desk::passkey(&house, "dave").await;
    let link = recovered(&house, None).await;
    assert_eq!(use_of(&house, &mut key).await, StatusCode::UNPROCESSABLE_ENTITY);
    let judy = house.browser("judy", Level::Aal2, None).await;
    let path = "/api/v1/people/dave/authenticators";
    let left = house.as_person(&judy, Method::GET, path, None).await.json();
    assert!(left["items"].as_array().unwrap().is_empty(), "{left}");
    let mut new = Authenticator::new(super::desk::ORIGIN, "localhost", b"new");
    assert_eq!(
        enrol_passkey(&house, &link, &mut new).await.status,
        StatusCode::OK
    );
    assert_eq!(use_of(&house, &mut new).await, StatusCode::OK);
}

#[tokio::test]
async fn a_new_way_to_sign_in_takes_two_officers_and_ends_the_old_sessions() {
    let house = open_house().await;
    let mut old = super::desk::passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut old).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let waiting = house
        .as_person(
            &judy,
            Method::POST,
            "/api/v1/people/dave/recover?reason=lost",
            None,
        )
        .await;
    assert_eq!(waiting.status, StatusCode::ACCEPTED, "{}", waiting.text);
    let id = waiting.json()["proposal"].as_str().unwrap().to_owned();
    let at = |verb: &str| format!("/api/v1/proposals/{id}{verb}");
    let early = house.as_person(&judy, Method::POST, &at("/execute"), None).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN, "{}", early.text);
    let kara = house.browser("kara", Level::Aal2, None).await;
    let shown = house.as_person(&kara, Method::GET, &at(""), None).await.json();
    assert_eq!(shown["act"]["act"], "person_recover");
    let word = json!({"parameters": shown["parameters"]});
    let own = house
        .as_person(&judy, Method::POST, &at("/approve"), Some(word.clone()))
        .await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    let approved = house
        .as_person(&kara, Method::POST, &at("/approve"), Some(word))
        .await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
    let done = house.as_person(&judy, Method::POST, &at("/execute"), None).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let address = done.json()["enrol_url"].as_str().unwrap().to_owned();
    let link = address.rsplit('/').next().unwrap();
    assert_eq!(
        tab.get("/account").await.status,
        StatusCode::SEE_OTHER,
        "what she lost is withdrawn before the new one is set up"
    );
    assert_eq!(use_of(&house, &mut old).await, StatusCode::UNPROCESSABLE_ENTITY);
    let mut new = Authenticator::new(super::desk::ORIGIN, "localhost", b"new");
    assert_eq!(enrol_passkey(&house, link, &mut new).await.status, StatusCode::OK);
    tab.sign_in("/signin", &mut new).await;
    assert_eq!(tab.get("/account").await.status, StatusCode::OK);
    let again = house.as_person(&judy, Method::POST, &at("/execute"), None).await;
    assert_ne!(again.status, StatusCode::OK, "once");
}
