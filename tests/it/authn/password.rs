// SPDX-License-Identifier: Apache-2.0
//! Password and security code: single use, the brake, and answers that tell strangers nothing.

use authn::factor::totp::Seed;
use authn::store::totps;
use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::PersonId;
use countersign_server::app::App;
use countersign_server::http as wire;
use countersign_tests::house::{Answer, TestHouse, open_house, open_house_configured};
use http::{Method, Request, StatusCode, header};
use tower::ServiceExt as _;

use super::desk::{ORIGIN, Tab, form, link, location};

pub(crate) const PASSWORD: &str = "four words of mine";

async fn seed(house: &TestHouse, person: &str) -> Seed {
    let person: PersonId = person.parse().unwrap();
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let sealed = totps::sealed(&person, &mut db).await.unwrap().unwrap();
    Seed::open(&person, &sealed, &house.app.sealer).unwrap()
}

/// Enrols a password and a code generator through the pages.
pub(crate) async fn enrol(house: &TestHouse, person: &str) -> Seed {
    let link = link(house, person).await;
    let mut tab = Tab::new(house);
    let page = tab.get(&format!("/enrol/{link}/password")).await;
    assert!(page.text.contains("<svg"), "{}", page.text);
    let between = |from: &str, to: &str| {
        page.text
            .split(from)
            .nth(1)
            .unwrap()
            .split(to)
            .next()
            .unwrap()
            .to_owned()
    };
    let ceremony = between("name=\"ceremony\" value=\"", "\"");
    let key = between("<p class=\"key\"><code>", "</code>").replace(' ', "");
    let secret = totp_rs::Secret::try_from_base32(key).unwrap();
    let generator = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
    let now = house.app.now().timestamp().unsigned_abs();
    let right = generator.generate(now).to_string();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let path = format!("/enrol/{link}/password");
    let fields = |password, code| {
        [
            ("ceremony", ceremony.as_str()),
            ("password", password),
            ("code", code),
        ]
    };
    let answer = tab.post(&path, &fields("password", &right)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = tab.post(&path, &fields(PASSWORD, wrong)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = tab.post(&path, &fields(PASSWORD, &right)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    seed(house, person).await
}

/// A browser at the page that asks for a code.
pub(crate) async fn at_code<'a>(house: &'a TestHouse, name: &str) -> (Tab<'a>, String) {
    let mut tab = Tab::new(house);
    let flow = tab.begin("/signin").await;
    tab.post("/signin/name", &[("flow", &flow), ("name", name)]).await;
    let answer = tab
        .post("/signin/password", &[("flow", &flow), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    (tab, flow)
}

pub(crate) async fn give_code(tab: &mut Tab<'_>, flow: &str, code: &str) -> StatusCode {
    tab.post("/signin/code", &[("flow", flow), ("code", code)])
        .await
        .status
}

#[tokio::test]
async fn a_password_and_a_code_reach_aal2() {
    let house = open_house().await;
    let seed = enrol(&house, "dave").await;
    house.advance(TimeDelta::seconds(30)).await;
    let (mut tab, flow) = at_code(&house, "dave").await;
    let code = seed.code_at(house.app.now());
    assert_eq!(give_code(&mut tab, &flow, &code).await, StatusCode::OK);
    let answer = tab.get(&format!("/signin/continue?flow={flow}")).await;
    assert_eq!(location(&answer), "/account");
    let sessions = house
        .app
        .board
        .of_person(&"dave".parse().unwrap(), house.app.now());
    assert_eq!(sessions[0].level.acr(), "urn:x:aal:2");
}

#[tokio::test]
async fn a_code_is_accepted_once_and_the_one_that_enrolled_is_used_up() {
    let house = open_house().await;
    let seed = enrol(&house, "dave").await;
    let enrolled_with = seed.code_at(house.app.now());
    let (mut tab, flow) = at_code(&house, "dave").await;
    assert_eq!(
        give_code(&mut tab, &flow, &enrolled_with).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    house.advance(TimeDelta::seconds(30)).await;
    let code = seed.code_at(house.app.now());
    assert_eq!(give_code(&mut tab, &flow, &code).await, StatusCode::OK);
    let (mut again, flow) = at_code(&house, "dave").await;
    assert_eq!(
        give_code(&mut again, &flow, &code).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    house.advance(TimeDelta::seconds(-30)).await;
    assert_eq!(
        give_code(&mut again, &flow, &enrolled_with).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn of_two_uses_at_the_same_moment_one_is_accepted() {
    let house = open_house().await;
    let seed = enrol(&house, "dave").await;
    house.advance(TimeDelta::seconds(30)).await;
    let (mut one, first) = at_code(&house, "dave").await;
    let (mut two, second) = at_code(&house, "dave").await;
    let code = seed.code_at(house.app.now());
    let (a, b) = tokio::join!(
        give_code(&mut one, &first, &code),
        give_code(&mut two, &second, &code)
    );
    let accepted = [a, b].iter().filter(|status| **status == StatusCode::OK).count();
    assert_eq!(accepted, 1, "{a} {b}");
}

/// Sends a form of this browser's to another process on the same store.
async fn elsewhere(tab: &Tab<'_>, other: &Router, path: &str, fields: &[(&str, &str)]) -> StatusCode {
    let cookies: Vec<String> = tab
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::COOKIE, cookies.join("; "))
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form(fields)))
        .unwrap();
    other.clone().oneshot(request).await.unwrap().status()
}

/// A second process, its clock like the first one's.
async fn second(house: &TestHouse) -> (App, Router) {
    let app = house.reopened().await;
    app.clock.advance(house.app.now() - app.now());
    let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 40_000));
    let router = wire::router(app.clone()).layer(MockConnectInfo(peer));
    (app, router)
}

/// A1.
#[tokio::test]
async fn a_code_used_at_one_process_is_worthless_at_another() {
    let house = open_house().await;
    let seed = enrol(&house, "dave").await;
    house.advance(TimeDelta::seconds(30)).await;
    let (_app, other) = second(&house).await;
    let (mut here, first) = at_code(&house, "dave").await;
    let (there, second) = at_code(&house, "dave").await;
    let (again, third) = at_code(&house, "dave").await;
    let code = seed.code_at(house.app.now());
    let at_once = [("flow", second.as_str()), ("code", code.as_str())];
    let (a, b) = tokio::join!(
        give_code(&mut here, &first, &code),
        elsewhere(&there, &other, "/signin/code", &at_once)
    );
    let accepted = [a, b].iter().filter(|status| **status == StatusCode::OK).count();
    assert_eq!(accepted, 1, "{a} {b}");
    let later = [("flow", third.as_str()), ("code", code.as_str())];
    let status = elsewhere(&again, &other, "/signin/code", &later).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn failures_at_one_process_slow_down_another() {
    let house = open_house().await;
    enrol(&house, "dave").await;
    let (_app, other) = second(&house).await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    for _ in 0..5 {
        guess(&mut tab, &flow, "dave", "wrong words").await;
    }
    let fields = [("flow", flow.as_str()), ("password", PASSWORD)];
    let status = elsewhere(&tab, &other, "/signin/password", &fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "it must wait there too");
}

#[tokio::test]
async fn a_dearer_hash_is_made_at_the_next_sign_in_and_only_if_the_password_was_right() {
    let mut login = toml::Table::new();
    login.insert("argon2_memory_kib".into(), 64.into());
    login.insert("argon2_passes".into(), 1.into());
    let mut sections = toml::Table::new();
    sections.insert("login".into(), login.into());
    let house = open_house_configured(sections).await;
    enrol(&house, "dave").await;
    let dave: PersonId = "dave".parse().unwrap();
    let stored = async || {
        let mut db = house.app.database.pool.acquire().await.unwrap();
        authn::store::passwords::hash(&dave, &mut db)
            .await
            .unwrap()
            .unwrap()
    };
    let cheap = stored().await;
    let mut config = house.app.config.clone();
    config.login.argon2_memory_kib = 128;
    let dearer = house.reopened_with(config).await;
    let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 40_000));
    let other = wire::router(dearer).layer(MockConnectInfo(peer));
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    tab.post("/signin/name", &[("flow", &flow), ("name", "dave")])
        .await;
    for (password, is_new) in [("wrong words of mine", false), (PASSWORD, true)] {
        let fields = [("flow", flow.as_str()), ("password", password)];
        elsewhere(&tab, &other, "/signin/password", &fields).await;
        assert_eq!(stored().await != cheap, is_new, "{password}");
    }
    assert!(stored().await.contains("m=128"));
}

#[tokio::test]
async fn a_password_that_names_its_owner_is_refused_and_the_page_says_why() {
    let house = open_house().await;
    let link = link(&house, "dave").await;
    let mut tab = Tab::new(&house);
    let page = tab.get(&format!("/enrol/{link}/password")).await.text;
    let ceremony = page.split("name=\"ceremony\" value=\"").nth(1).unwrap();
    let ceremony = ceremony.split('"').next().unwrap();
    for (password, why) in [
        ("dave and his dog", "must not contain your name"),
        ("football", "among those that attackers try first"),
        ("short", "at least 8 characters"),
    ] {
        let fields = [("ceremony", ceremony), ("password", password), ("code", "000000")];
        let answer = tab.post(&format!("/enrol/{link}/password"), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains(why), "{password}: {}", answer.text);
    }
}

pub(crate) async fn guess(tab: &mut Tab<'_>, flow: &str, name: &str, password: &str) -> Answer {
    tab.post("/signin/name", &[("flow", flow), ("name", name)]).await;
    tab.post("/signin/password", &[("flow", flow), ("password", password)])
        .await
}

#[tokio::test]
async fn unknown_disabled_and_wrong_look_alike() {
    let house = open_house().await;
    enrol(&house, "dave").await;
    enrol(&house, "noah").await;
    let mut db = house.app.database.begin_write().await.unwrap();
    let noah = "noah".parse().unwrap();
    countersign_directory::store::people::set_status(&noah, countersign_directory::Status::Disabled, &mut db)
        .await
        .unwrap();
    house.app.commit(db).await.unwrap();
    let mut pages = Vec::new();
    for (name, password) in [
        ("dave", "wrong words of mine"),
        ("nobody-at-all", PASSWORD),
        ("noah", PASSWORD),
    ] {
        let mut tab = Tab::new(&house);
        let flow = tab.begin("/signin").await;
        let answer = guess(&mut tab, &flow, name, password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        pages.push(answer.text.replace(&flow, "FLOW").replace(name, "NAME"));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
}

#[tokio::test]
async fn the_fifth_wrong_password_slows_down_known_and_unknown_names_alike() {
    let house = open_house().await;
    enrol(&house, "dave").await;
    for name in ["dave", "nobody-at-all"] {
        let mut tab = Tab::new(&house);
        let flow = tab.begin("/signin").await;
        for _ in 0..5 {
            let answer = guess(&mut tab, &flow, name, "wrong words").await;
            assert!(
                answer.text.contains("username or the password"),
                "{}",
                answer.text
            );
        }
        let answer = guess(&mut tab, &flow, name, PASSWORD).await;
        assert!(
            answer.text.contains("Too many attempts. Try again at"),
            "{}",
            answer.text
        );
        house.advance(TimeDelta::seconds(1)).await;
        let answer = guess(&mut tab, &flow, name, PASSWORD).await;
        assert!(!answer.text.contains("Too many attempts"));
    }
}

#[tokio::test]
async fn after_a_hundred_failures_the_right_password_fails_and_the_passkey_works() {
    let house = open_house().await;
    enrol(&house, "dave").await;
    let mut db = house.app.database.begin_write().await.unwrap();
    for _ in 0..100 {
        authn::store::lockouts::add("dave", "password", house.app.now(), &mut db)
            .await
            .unwrap();
    }
    house.app.commit(db).await.unwrap();
    house.advance(TimeDelta::days(2)).await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    let answer = guess(&mut tab, &flow, "dave", PASSWORD).await;
    assert!(
        answer.text.contains("This way to sign in is closed"),
        "{}",
        answer.text
    );
    let mut key = super::desk::passkey(&house, "dave").await;
    let answer = Tab::new(&house).sign_in("/signin", &mut key).await;
    assert_eq!(location(&answer), "/account");
}
