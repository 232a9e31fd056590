// SPDX-License-Identifier: Apache-2.0
//! By SAML: responses and assertions signed, assertions encrypted for us.

use countersign_authn::assurance::Level;
use countersign_tests::keycloak::visitor::{Led, Visitor};
use http::StatusCode;

use super::super::desk::{Tab, authorize, location, told};
use super::{AGENCY, Clock, stage};

#[tokio::test(flavor = "multi_thread")]
async fn keycloaks_authentication_context_is_asked_for_and_worth_what_the_map_says() {
    let stage = stage("saml", Clock::Runs).await;
    let (mut tab, mut nina) = (Tab::new(&stage.house), Visitor::default());
    let answer = stage.sign_in(AGENCY, &mut tab, &mut nina, &authorize(&[])).await;
    assert!(told(&answer).contains_key("code"));
    assert_eq!(nina.asked, ["password"]);
    let first = stage.session().await;
    assert_eq!(first.level, Level::Aal1);
    let path = authorize(&[("acr_values", "urn:x:aal:2")]);
    let answer = stage.sign_in(AGENCY, &mut tab, &mut nina, &path).await;
    assert!(told(&answer).contains_key("code"));
    assert_eq!(nina.asked, ["password", "code"]);
    let second = stage.session().await;
    assert_eq!((second.id, second.level), (first.id, Level::Aal2));
}

/// Keycloak says of each response that she has just proven herself, even if that was hours ago. So who needs it to
/// be fresh has it done anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_sign_in_is_asked_of_keycloak_and_not_believed_of_it() {
    let stage = stage("saml-fresh", Clock::Runs).await;
    let mut nina = Visitor::default();
    for (path, asked) in [
        (authorize(&[]), 1),
        (authorize(&[]), 1),
        (authorize(&[("max_age", "3600")]), 2),
    ] {
        let mut tab = Tab::new(&stage.house);
        let answer = stage.sign_in(AGENCY, &mut tab, &mut nina, &path).await;
        assert!(told(&answer).contains_key("code"));
        assert_eq!(nina.asked.len(), asked, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_goes_both_ways_between_keycloak_and_us() {
    let stage = stage("saml-logout", Clock::Runs).await;
    let (mut tab, mut nina) = (Tab::new(&stage.house), Visitor::default());

    // From there: her browser brings the request to us, and our answer back.
    stage.sign_in(AGENCY, &mut tab, &mut nina, "/signin").await;
    let led = nina.sign_out(&stage.realm.issuer()).await;
    let answer = stage.carry(&mut tab, led).await;
    assert!(stage.sessions().await.is_empty());
    let led = nina.go(location(&answer)).await;
    assert!(
        matches!(&led, Led::Page(page) if page.contains("You are logged out")),
        "{led:?}"
    );

    // From here: her session is over, her browser goes on to Keycloak, and comes back with its answer.
    stage.sign_in(AGENCY, &mut tab, &mut nina, "/signin").await;
    assert_eq!(
        nina.asked,
        ["password", "password"],
        "she had been signed out there"
    );
    let csrf = stage.session().await.csrf;
    let page = tab.post("/account/signout", &[("csrf", &csrf)]).await;
    assert!(stage.sessions().await.is_empty());
    let start = page.text.find(&stage.realm.issuer()).expect(&page.text);
    let address = page.text[start..].split('"').next().unwrap();
    let address = address.replace("&#38;", "&").replace("&amp;", "&");
    let led = nina.go(&address).await;
    let answer = stage.carry(&mut tab, led).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    stage.sign_in(AGENCY, &mut tab, &mut nina, "/signin").await;
    assert_eq!(nina.asked, ["password"; 3], "she had been signed out there");
}

/// Keycloak does not sign its metadata, so there is nothing to follow it by: its document is filed anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_of_keycloak_counts_once_its_metadata_is_filed() {
    let stage = stage("saml-rolling", Clock::Runs).await;
    let (mut tab, mut nina) = (Tab::new(&stage.house), Visitor::default());
    stage.sign_in(AGENCY, &mut tab, &mut nina, "/signin").await;
    stage.realm.roll().await;
    let refused = stage
        .by(AGENCY, &mut Tab::new(&stage.house), &mut nina, "/signin")
        .await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    stage.renew_metadata().await;
    stage
        .sign_in(AGENCY, &mut Tab::new(&stage.house), &mut nina, "/signin")
        .await;
    assert_eq!(stage.sessions().await.len(), 2);
}
