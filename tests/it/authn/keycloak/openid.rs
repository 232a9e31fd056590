// SPDX-License-Identifier: Apache-2.0
//! By OpenID Connect.

use chrono::TimeDelta;
use countersign_authn::assurance::{Level, Method};
use countersign_tests::keycloak::visitor::{Led, Visitor};
use http::StatusCode;

use super::super::desk::{Tab, authorize, redeem, told};
use super::{Clock, MOD, stage};

#[tokio::test(flavor = "multi_thread")]
async fn keycloaks_acr_is_worth_what_the_map_says_and_more_is_asked_of_it() {
    let stage = stage("openid", Clock::Runs).await;
    let (mut tab, mut nina) = (Tab::new(&stage.house), Visitor::default());
    let answer = stage.sign_in(MOD, &mut tab, &mut nina, &authorize(&[])).await;
    let tokens = redeem(&stage.house, &stage.chat, &told(&answer)["code"], &[])
        .await
        .json();
    assert!(tokens["id_token"].is_string(), "{tokens}");
    let first = stage.session().await;
    assert_eq!(
        (first.level, &first.methods),
        (Level::Aal1, &[Method::Pwd].into())
    );
    let snapshot = stage.house.app.snapshot();
    let known = snapshot.person("nina").unwrap();
    assert_eq!(known.email.as_deref(), Some("nina@mod.example"));

    // The chat server asks for more: that is `gold` there, where only the code is missing.
    assert_eq!(nina.asked, ["password"]);
    let path = authorize(&[("acr_values", "urn:x:aal:2")]);
    let answer = stage.sign_in(MOD, &mut tab, &mut nina, &path).await;
    assert!(told(&answer).contains_key("code"));
    assert_eq!(nina.asked, ["password", "code"]);
    let second = stage.session().await;
    assert_eq!(second.id, first.id, "the same session, raised");
    assert_eq!(
        (second.level, second.methods),
        (Level::Aal2, [Method::Otp, Method::Pwd].into())
    );

    // An administrator there ends her sessions: Keycloak tells us before it answers.
    stage.realm.sign_out("nina").await;
    assert!(stage.sessions().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_here_is_led_to_keycloaks_own_page_for_it() {
    let stage = stage("leaving", Clock::Runs).await;
    let (mut tab, mut nina) = (Tab::new(&stage.house), Visitor::default());
    stage.sign_in(MOD, &mut tab, &mut nina, "/signin").await;
    let csrf = stage.session().await.csrf;
    let page = tab.post("/account/signout", &[("csrf", &csrf)]).await;
    let there = format!("{}/protocol/openid-connect/logout", stage.realm.issuer());
    assert!(page.text.contains(&there), "{}", page.text);
    let led = nina.sign_out(&stage.realm.issuer()).await;
    assert!(
        matches!(&led, Led::Page(page) if page.contains("You are logged out")),
        "{led:?}"
    );
    // She has to prove herself again.
    stage.sign_in(MOD, &mut tab, &mut nina, "/signin").await;
    assert_eq!(nina.asked, ["password", "password"]);
}

/// Keycloak says nothing when somebody is disabled: it lets her in no more, and that is all. What she has here
/// ends when her sessions there are ended, too.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_at_keycloak_gets_in_no_more_and_is_out_once_signed_out_there() {
    let stage = stage("disabled", Clock::Runs).await;
    let (mut tab, mut nina) = (Tab::new(&stage.house), Visitor::default());
    stage.sign_in(MOD, &mut tab, &mut nina, "/signin").await;
    stage.realm.disable("nina").await;
    assert_eq!(stage.sessions().await.len(), 1);
    for mut browser in [nina, Visitor::default()] {
        let mut tab = Tab::new(&stage.house);
        let flow = tab.begin("/signin").await;
        let there = tab.get(&format!("/signin/source?flow={flow}&source={MOD}")).await;
        let led = browser.sign_in(super::location(&there), "nina").await;
        assert!(
            matches!(&led, Led::Page(page) if page.contains("Account is disabled")),
            "{led:?}"
        );
    }
    stage.realm.sign_out("nina").await;
    assert!(stage.sessions().await.is_empty());
}

/// A key that is not at hand is looked for, at most twice a minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_of_keycloak_is_followed() {
    let stage = stage("rolling", Clock::Turned).await;
    let (mut tab, mut nina) = (Tab::new(&stage.house), Visitor::default());
    stage.sign_in(MOD, &mut tab, &mut nina, "/signin").await;
    stage.realm.roll().await;
    let refused = stage
        .by(MOD, &mut Tab::new(&stage.house), &mut nina, "/signin")
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    stage.house.advance(TimeDelta::seconds(31)).await;
    stage
        .sign_in(MOD, &mut Tab::new(&stage.house), &mut nina, "/signin")
        .await;
    assert_eq!(stage.sessions().await.len(), 2);
    // Its logout tokens are signed by that key, too.
    stage.realm.sign_out("nina").await;
    assert!(stage.sessions().await.is_empty());
}
