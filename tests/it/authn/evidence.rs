// SPDX-License-Identifier: Apache-2.0
//! Sessions know by which authenticators they were signed in to, and end with them.

use authn::assurance::Level;
use authn::session::Session;
use authn::store::{outbox, passkeys, sessions};
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_tests::authenticator::Authenticator;
use countersign_tests::cards::CardHouse;
use countersign_tests::house::{TestHouse, open_house};
use countersign_tests::pki::Leaf;
use http::{Method, StatusCode};
use serde_json::json;

use super::cards::{ALICE, back, link, present, signed_in, start};
use super::desk::{
    ORIGIN, Tab, authorize, client, enrol, link as enrolment, location, passkey, redeem, told,
};
use super::password::{at_code, enrol as enrol_password, give_code};

async fn live(house: &TestHouse, person: &str) -> Vec<Session> {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    sessions::open_of_person(&person.parse().unwrap(), &mut db)
        .await
        .unwrap()
}

/// What stands on record of this kind, as text.
async fn on_record(house: &TestHouse, kind: &str) -> Vec<String> {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let leaves: Vec<Vec<u8>> = sqlx::query_scalar("SELECT record FROM audit_leaves")
        .fetch_all(&mut *db)
        .await
        .unwrap();
    leaves
        .into_iter()
        .map(|leaf| String::from_utf8_lossy(&leaf).into_owned())
        .filter(|leaf| leaf.contains(kind))
        .collect()
}

/// A second passkey for somebody who has one.
async fn second(house: &TestHouse, person: &str, name: &[u8]) -> Authenticator {
    let mut key = Authenticator::new(ORIGIN, "localhost", name);
    let link = enrolment(house, person).await;
    assert_eq!(enrol(house, &link, &mut key).await.status, StatusCode::OK);
    key
}

/// Tries to sign in with what may be a copy.
async fn refused_key(house: &TestHouse, key: &mut Authenticator) {
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
    let answer = tab.post("/signin/passkey", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_passkey_that_may_have_a_copy_ends_what_it_signed_in_to_and_nothing_else() {
    let house = open_house().await;
    let secret = client(
        &house,
        json!({"backchannel_logout_uri": "https://chat.example/logout"}),
    )
    .await;
    let mut one = passkey(&house, "dave").await;
    let mut other = second(&house, "dave", b"other").await;
    let mut theirs = Tab::new(&house);
    let code = told(&theirs.sign_in(&authorize(&[]), &mut one).await)["code"].clone();
    let tokens = redeem(&house, &secret, &code, &[]).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
    let mut mine = Tab::new(&house);
    mine.sign_in("/signin", &mut other).await;
    assert_eq!(live(&house, "dave").await.len(), 2);

    one.counter = 0;
    refused_key(&house, &mut one).await;
    assert_eq!(theirs.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(mine.get("/account").await.status, StatusCode::OK);
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let due = outbox::due(house.app.now(), 10, &mut db).await.unwrap();
    assert_eq!(due.len(), 1, "its application is told");
    drop(db);
    let ended = on_record(&house, "session.ended").await;
    assert!(ended[0].contains("authenticator_untrusted"), "{ended:?}");
}

#[tokio::test]
async fn a_session_rests_also_on_what_it_was_opened_with_before_it_was_raised() {
    let house = open_house().await;
    let mut one = passkey(&house, "dave").await;
    let mut other = second(&house, "dave", b"other").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut one).await;
    house.advance(TimeDelta::seconds(2)).await;
    tab.sign_in("/signin?max_age=1", &mut other).await;
    let all = live(&house, "dave").await;
    assert_eq!(all.len(), 1);
    let superseded: Vec<bool> = all[0].evidence.iter().map(|one| one.superseded).collect();
    assert_eq!(superseded, [true, false]);
    one.counter = 0;
    refused_key(&house, &mut one).await;
    assert!(live(&house, "dave").await.is_empty());
}

#[tokio::test]
async fn the_lists_of_sessions_and_the_record_name_the_authenticator() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let page = tab.get("/account").await;
    assert!(page.text.contains("with the passkey “Test key”"), "{}", page.text);
    let opened = on_record(&house, "session.opened").await;
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let known = passkeys::of_person(&"dave".parse().unwrap(), &mut db)
        .await
        .unwrap();
    drop(db);
    assert!(
        opened.iter().any(|leaf| leaf.contains(&known[0].id)),
        "{opened:?}"
    );

    let seed = enrol_password(&house, "alice").await;
    house.advance(TimeDelta::seconds(30)).await;
    let (mut tab, flow) = at_code(&house, "alice").await;
    let code = seed.code_at(house.app.now());
    assert_eq!(give_code(&mut tab, &flow, &code).await, StatusCode::OK);
    let judy = house.browser("judy", Level::Aal2, None).await;
    let shown = house
        .as_person(&judy, Method::GET, "/api/v1/people/alice", None)
        .await
        .json();
    let by = shown["sessions"][0]["authenticators"].as_array().unwrap();
    let kinds: Vec<_> = by.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["password", "totp"], "{shown}");
}

#[tokio::test]
async fn whoever_removes_the_passkey_that_she_signed_in_with_signs_in_anew_with_another() {
    let house = open_house().await;
    let mut one = passkey(&house, "dave").await;
    let mut other = second(&house, "dave", b"other").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut one).await;
    let mut elsewhere = Tab::new(&house);
    elsewhere.sign_in("/signin", &mut other).await;
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let known = passkeys::of_person(&"dave".parse().unwrap(), &mut db)
        .await
        .unwrap();
    drop(db);
    let token = super::attestation::csrf(&mut tab).await;
    let fields = [("csrf", token.as_str()), ("passkey", known[0].id.as_str())];
    let answer = tab.post("/account/passkeys/remove", &fields).await;
    assert_eq!(location(&answer), "/signin?then=/account");
    assert!(live(&house, "dave").await.is_empty(), "hers and all others");
    let answer = tab.sign_in("/signin", &mut other).await;
    assert_eq!(location(&answer), "/account");
}

#[tokio::test]
async fn guesses_that_close_a_password_end_what_it_signed_in_to() {
    let house = open_house().await;
    let seed = enrol_password(&house, "dave").await;
    house.advance(TimeDelta::seconds(30)).await;
    let (mut tab, flow) = at_code(&house, "dave").await;
    let code = seed.code_at(house.app.now());
    assert_eq!(give_code(&mut tab, &flow, &code).await, StatusCode::OK);
    assert_eq!(live(&house, "dave").await.len(), 1);
    let mut db = house.app.database.begin_write().await.unwrap();
    for _ in 0..99 {
        let past = house.app.now() - TimeDelta::hours(1);
        authn::store::lockouts::add("dave", "password", past, &mut db)
            .await
            .unwrap();
    }
    house.app.commit(db).await.unwrap();
    let mut stranger = Tab::new(&house);
    let flow = stranger.begin("/signin").await;
    stranger
        .post("/signin/name", &[("flow", &flow), ("name", "dave")])
        .await;
    stranger
        .post(
            "/signin/password",
            &[("flow", &flow), ("password", "a wrong guess")],
        )
        .await;
    assert!(live(&house, "dave").await.is_empty());
}

#[tokio::test]
async fn a_card_that_newer_lists_name_ends_what_it_signed_in_to() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let (alice, dave) = (
        desk.authority.issue(&Leaf::of(1, ALICE)),
        desk.authority.issue(&Leaf::of(2, "dave@agency.example")),
    );
    link(&desk, "alice", &alice).await;
    link(&desk, "dave", &dave).await;
    let hers = signed_in(&desk, &alice, "alice").await;
    let his = signed_in(&desk, &dave, "dave").await;
    assert_eq!(hers.evidence[0].by.kind(), "card");
    desk.house.app.end_cancelled_cards().await.unwrap();
    assert!(
        live(&desk.house, "alice")
            .await
            .iter()
            .any(|one| one.id == hers.id)
    );
    desk.bring_list(&desk.authority.list(11, 28, &[1])).await;
    desk.house.app.end_cancelled_cards().await.unwrap();
    assert!(
        live(&desk.house, "alice")
            .await
            .iter()
            .all(|one| one.id != hers.id)
    );
    assert!(live(&desk.house, "dave").await.iter().any(|one| one.id == his.id));
    assert_eq!(on_record(&desk.house, "card.revoked").await.len(), 1);
    desk.house.app.end_cancelled_cards().await.unwrap();
    assert_eq!(on_record(&desk.house, "card.revoked").await.len(), 1, "once");
}

#[tokio::test]
async fn a_cancelled_card_that_is_presented_ends_what_it_signed_in_to_and_not_its_successor() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let old = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &old).await;
    let before = signed_in(&desk, &old, "alice").await;
    // Renewed under the same name: one binding, two certificates.
    desk.house.advance(TimeDelta::seconds(1)).await;
    let new = desk.authority.issue(&Leaf::of(2, ALICE));
    let after = signed_in(&desk, &new, "alice").await;
    assert_ne!(before.id, after.id);
    desk.bring_list(&desk.authority.list(11, 28, &[1])).await;
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&old)).await;
    assert!(page.text.contains("has been cancelled"), "{}", page.text);
    let left = live(&desk.house, "alice").await;
    assert!(left.iter().all(|one| one.id != before.id));
    assert!(left.iter().any(|one| one.id == after.id));
}

#[tokio::test]
async fn a_card_that_was_taken_away_does_not_come_back_by_the_rule_of_first_use() {
    let desk = CardHouse::open(toml::toml! { first_use = "upn_is_person" }).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    let mut tab = Tab::new(&desk.house);
    let (flow, path) = start(&mut tab, "/signin").await;
    let answer = desk.present(&path, Some(&card), &[]).await;
    tab.get(&back(&answer)).await;
    let done = tab.post("/signin/card/confirm", &[("flow", &flow)]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let mut db = desk.house.app.database.begin_write().await.unwrap();
    let person = "alice".parse().unwrap();
    let bound = authn::store::cards::of_person(&person, &mut db).await.unwrap();
    let now = desk.house.app.now();
    authn::store::cards::withdraw(&bound[0].id, &person, now, &mut db)
        .await
        .unwrap();
    desk.house.app.commit(db).await.unwrap();
    let mut thief = Tab::new(&desk.house);
    let page = present(&desk, &mut thief, Some(&card)).await;
    assert!(page.text.contains("opens no account"), "{}", page.text);
    // She who binds it herself, from a sign-in of her own, may.
    link(&desk, "alice", &card).await;
    signed_in(&desk, &card, "alice").await;
}

#[tokio::test]
async fn an_officer_sees_what_somebody_signs_in_with_and_withdraws_it_alone() {
    let (house, folder) = super::notices::house().await;
    super::notices::with_address(&house, "dave", "dave@agency.example").await;
    enrol_password(&house, "dave").await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let path = "/api/v1/people/dave/authenticators";
    let listed = house.as_person(&judy, Method::GET, path, None).await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.text);
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let dave = "dave".parse().unwrap();
    let known = passkeys::of_person(&dave, &mut db).await.unwrap();
    drop(db);
    assert!(!listed.text.contains(&known[0].id), "no credential is told");
    let items = listed.json()["items"].as_array().unwrap().clone();
    let kinds: Vec<_> = items.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["passkey", "password", "totp"]);
    assert_eq!(items[0]["name"], "Test key");
    assert_eq!(items[0]["state"], "active");
    assert!(items[0]["last_used_at"].is_string());

    let one = format!("{path}/{}", items[0]["id"].as_str().unwrap());
    let olga = house.browser("olga", Level::Aal2, None).await;
    let refused = house.as_person(&olga, Method::DELETE, &one, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    assert_eq!(tab.get("/account").await.status, StatusCode::OK);
    let done = house.as_person(&judy, Method::DELETE, &one, None).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(done.json()["sessions_ended"], 1);
    assert_eq!(tab.get("/account").await.status, StatusCode::SEE_OTHER);
    refused_key(&house, &mut key).await;
    let again = house.as_person(&judy, Method::DELETE, &one, None).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    house.app.send_notices().await.unwrap();
    let told = super::notices::messages(&folder).join("\n");
    assert!(told.contains("A passkey was removed"), "{told}");

    // A security code that is taken away does not make the password enough.
    let totp = format!("{path}/totp");
    let done = house.as_person(&judy, Method::DELETE, &totp, None).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let ways = authn::account::ways(&dave, &mut db).await.unwrap();
    assert!(ways.totp && !ways.password, "{ways:?}");
}

#[tokio::test]
async fn a_password_is_changed_by_its_owner_and_ends_her_other_sessions() {
    let house = open_house().await;
    let seed = enrol_password(&house, "dave").await;
    house.advance(TimeDelta::seconds(30)).await;
    let (mut here, flow) = at_code(&house, "dave").await;
    let code = seed.code_at(house.app.now());
    assert_eq!(give_code(&mut here, &flow, &code).await, StatusCode::OK);
    house.advance(TimeDelta::seconds(30)).await;
    let (mut there, flow) = at_code(&house, "dave").await;
    let code = seed.code_at(house.app.now());
    assert_eq!(give_code(&mut there, &flow, &code).await, StatusCode::OK);
    let token = super::attestation::csrf(&mut here).await;
    let anew = |password| [("csrf", token.clone()), ("password", String::from(password))];
    let send = async |tab: &mut Tab<'_>, fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        tab.post("/account/password", &fields).await
    };
    for weak in ["password", "short", "dave dave dave"] {
        let answer = send(&mut here, &anew(weak)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{weak}");
    }
    assert_eq!(there.get("/account").await.status, StatusCode::OK);
    let answer = send(&mut here, &anew("five other words of mine")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(
        answer.text.contains("The password was changed."),
        "{}",
        answer.text
    );
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(on_record(&house, "password.changed").await.len(), 1);
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    tab.post("/signin/name", &[("flow", &flow), ("name", "dave")])
        .await;
    for (password, status) in [
        (super::password::PASSWORD, StatusCode::UNPROCESSABLE_ENTITY),
        ("five other words of mine", StatusCode::SEE_OTHER),
    ] {
        let fields = [("flow", flow.as_str()), ("password", password)];
        assert_eq!(tab.post("/signin/password", &fields).await.status, status);
    }
    // Ten minutes later she has to sign in first.
    house.advance(TimeDelta::seconds(601)).await;
    let answer = send(&mut here, &anew("six quite different words of mine")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(location(&answer).starts_with("/signin?then=/account"));
}
