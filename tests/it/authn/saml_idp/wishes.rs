// SPDX-License-Identifier: Apache-2.0
//! What a request may ask for: how she is shown, named and proven, and what the client's record holds against it.

use authn::assurance::Level;
use authn::saml::write::{Element, Space};
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_tests::house::open_house;
use countersign_tests::service_provider::{ServiceProvider, response};
use serde_json::json;

use super::{PERSISTENT, ask, signed_in};
use crate::authn::desk::{Tab, location, passkey};

fn policy(format: &str) -> Element {
    Element::new(Space::Samlp, "NameIDPolicy").with("Format", format)
}

fn context(comparison: &str, classes: &[&str]) -> Element {
    let class = |name: &&str| Element::new(Space::Saml, "AuthnContextClassRef").text(*name);
    Element::new(Space::Samlp, "RequestedAuthnContext")
        .with("Comparison", comparison)
        .children(classes.iter().map(class))
}

#[tokio::test]
async fn is_passive_shows_nothing_and_force_authn_asks_again() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let passive = || sp.request(house.app.now(), &house).with("IsPassive", "true");
    let told = response(&Tab::new(&house).get(&ask(&sp, &passive())).await);
    assert_eq!(told.status, ["Responder", "NoPassive"]);
    assert!(!told.text.contains("Assertion>"));
    let mut tab = signed_in(&house, "dave", Level::Aal2).await;
    assert_eq!(
        response(&tab.get(&ask(&sp, &passive())).await).status,
        ["Success"]
    );
    house.advance(TimeDelta::seconds(30)).await;
    let forced = || sp.request(house.app.now(), &house).with("ForceAuthn", "true");
    let told = response(&tab.get(&ask(&sp, &forced().with("IsPassive", "1"))).await);
    assert_eq!(told.status, ["Responder", "NoPassive"]);
    let mut key = passkey(&house, "dave").await;
    let told = response(&tab.sign_in(&ask(&sp, &forced()), &mut key).await);
    assert_eq!(told.status, ["Success"]);
    assert!(
        told.text.contains("AuthnInstant=\"2026-11-23T12:00:30Z\""),
        "{}",
        told.text
    );
}

#[tokio::test]
async fn names_are_given_in_the_format_that_is_asked_for_or_not_at_all() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let mut tab = signed_in(&house, "alice", Level::Aal3).await;
    let email = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    let unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    let entity = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
    let with = |policy: Element| ask(&sp, &sp.request(house.app.now(), &house).child(policy));
    let persistent = response(&tab.get(&with(policy(PERSISTENT))).await).name_id;
    assert_eq!(
        response(&tab.get(&with(policy(unspecified))).await).name_id,
        persistent
    );
    assert_ne!(
        response(&tab.get(&with(policy(transient))).await).name_id,
        persistent
    );
    for wrong in [
        policy(email),
        policy(entity),
        policy(PERSISTENT).with("SPNameQualifier", "https://other.example"),
    ] {
        let told = response(&tab.get(&with(wrong)).await);
        assert_eq!(told.status, ["Requester", "InvalidNameIDPolicy"]);
        assert_eq!(told.name_id, None);
    }
    sp.register(&house, json!({"saml": {"name_id": "username"}}))
        .await;
    assert_eq!(
        response(&tab.get(&with(policy(unspecified))).await)
            .name_id
            .as_deref(),
        Some("alice")
    );
    // Whom the request expects has to be who is there.
    let subject = |name: &str| {
        let name = Element::new(Space::Saml, "NameID").text(name);
        ask(
            &sp,
            &sp.request(house.app.now(), &house)
                .with("IsPassive", "true")
                .child(Element::new(Space::Saml, "Subject").child(name)),
        )
    };
    assert_eq!(response(&tab.get(&subject("alice")).await).status, ["Success"]);
    assert_eq!(
        response(&tab.get(&subject("dave")).await).status,
        ["Responder", "NoPassive"]
    );
}

#[tokio::test]
async fn a_requested_context_is_stepped_up_to_or_refused() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let mfa = "https://refeds.org/profile/mfa";
    let card = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI";
    let password = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
    let with = |context: Element| ask(&sp, &sp.request(house.app.now(), &house).child(context));
    let mut tab = signed_in(&house, "dave", Level::Aal1).await;
    let told = response(&tab.get(&with(context("exact", &[password]))).await);
    assert_eq!(told.context.as_deref(), Some(password));
    let told = response(&tab.get(&with(context("exact", &["urn:unheard-of"]))).await);
    assert_eq!(told.status, ["Responder", "NoAuthnContext"]);
    let told = response(&tab.get(&with(context("better", &["phrh"]))).await);
    assert_eq!(told.status, ["Responder", "NoAuthnContext"]);
    // Not strong enough: she is asked for more, in the same session.
    let mut key = passkey(&house, "dave").await;
    let told = response(&tab.sign_in(&with(context("minimum", &[mfa])), &mut key).await);
    assert_eq!(
        (told.status.as_slice(), told.context.as_deref()),
        (["Success".to_owned()].as_slice(), Some("phr"))
    );
    // Another key of that level is no smartcard: she is asked for one.
    let mut strong = signed_in(&house, "dave", Level::Aal3).await;
    strong.begin(&with(context("exact", &[card]))).await;
    let told = response(&strong.get(&with(context("exact", &["phrh"]))).await);
    assert_eq!(told.context.as_deref(), Some("phrh"));
    // Giving up tells the service provider as well.
    let flow = tab.begin(&with(context("exact", &["phrh"]))).await;
    let told = response(&tab.get(&format!("/signin/back?flow={flow}")).await);
    assert_eq!(told.status, ["Responder", "NoAuthnContext"]);
}

#[tokio::test]
async fn the_least_level_of_a_client_holds_on_silent_reuse_and_who_is_not_admitted_is_refused() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({"level": "aal2_phishing_resistant"}))
        .await;
    let mut tab = signed_in(&house, "dave", Level::Aal2).await;
    let answer = tab.get(&ask(&sp, &sp.request(house.app.now(), &house))).await;
    assert!(location(&answer).starts_with("/signin?flow="));
    sp.register(&house, json!({"admits": {"agencies": ["nobodys"]}}))
        .await;
    let told = response(&tab.get(&ask(&sp, &sp.request(house.app.now(), &house))).await);
    assert_eq!(told.status, ["Requester", "RequestDenied"]);
    assert_eq!(told.name_id, None);
}

#[tokio::test]
async fn where_people_are_asked_there_is_an_assertion_only_after_their_yes() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({"consent": "ask"})).await;
    let mut tab = signed_in(&house, "dave", Level::Aal2).await;
    let session = house
        .app
        .board
        .of_person(&"dave".parse().unwrap(), house.app.now())
        .remove(0);
    let passive = sp.request(house.app.now(), &house).with("IsPassive", "true");
    assert_eq!(
        response(&tab.get(&ask(&sp, &passive)).await).status,
        ["Responder", "NoPassive"]
    );
    for (said, status) in [
        ("refuse", vec!["Responder", "AuthnFailed"]),
        ("allow", vec!["Success"]),
    ] {
        let answer = tab.get(&ask(&sp, &sp.request(house.app.now(), &house))).await;
        let page = location(&answer).to_owned();
        let flow = page
            .strip_prefix("/signin/consent?flow=")
            .unwrap_or_else(|| panic!("{page}"));
        let text = tab.get(&page).await.text;
        assert!(
            text.contains("your mail address") && text.contains("cleared"),
            "{text}"
        );
        let fields = [("flow", flow), ("csrf", session.csrf.as_str()), ("answer", said)];
        tab.post("/signin/consent", &fields).await;
        let step = if said == "allow" { "continue" } else { "back" };
        let told = response(&tab.get(&format!("/signin/{step}?flow={flow}")).await);
        assert_eq!(told.status, status);
    }
    let again = response(&tab.get(&ask(&sp, &sp.request(house.app.now(), &house))).await);
    assert_eq!(again.status, ["Success"]);
}
