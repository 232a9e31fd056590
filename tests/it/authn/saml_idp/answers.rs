// SPDX-License-Identifier: Apache-2.0
//! What a good request gets: an answer to an address of the metadata, signed, and told as the record says.

use authn::assurance::Level;
use authn::saml::redirect::Carrier;
use countersign_authn as authn;
use countersign_tests::house::{open_house, whole_world};
use countersign_tests::service_provider::{SSO, ServiceProvider, Told, our_key, posted, response};
use http::{Method, StatusCode, header};
use serde_json::json;

use super::{PERSISTENT, ask, refused, signed_in};
use crate::authn::desk::{Tab, location, passkey};

#[tokio::test]
async fn a_person_signs_in_at_a_service_provider_and_is_told_of_as_its_record_says() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({"scopes": ["profile"]})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    let request = sp.request(house.app.now(), &house);
    let id = request.attribute("ID").unwrap().to_owned();
    let answer = tab.sign_in(&ask(&sp, &request), &mut key).await;
    let (form, origin) = posted(&answer);
    assert_eq!(
        (form.action.as_str(), origin.as_str()),
        ("https://wiki.example/acs", "https://wiki.example")
    );
    assert_eq!(form.fields["RelayState"], "a state");
    let told = response(&answer);
    assert_eq!(told.status, ["Success"]);
    assert_eq!(told.root["Destination"], "https://wiki.example/acs");
    assert_eq!(told.root["InResponseTo"], id);
    assert_eq!(told.context.as_deref(), Some("phr"));
    assert_eq!(told.attributes["uid"], ["dave"]);
    assert!(
        !told.attributes.contains_key("mail"),
        "it may not know her address"
    );
    for part in [
        format!("Recipient=\"{}\"", sp.acs()),
        format!("<saml:Audience>{}</saml:Audience>", sp.entity_id),
        format!("Format=\"{PERSISTENT}\""),
        format!("AuthnInstant=\"{}\"", "2026-11-23T12:00:00Z"),
        "SessionNotOnOrAfter=\"2026-11-24T12:00:00Z\"".to_owned(),
        "NotOnOrAfter=\"2026-11-23T12:05:00Z\"".to_owned(),
        "NotBefore=\"2026-11-23T11:59:00Z\"".to_owned(),
        "Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"".to_owned(),
    ] {
        assert!(told.text.contains(&part), "{part} is not in {}", told.text);
    }
    // The next one is silent, and she has the same name there and the same session.
    let again = response(&tab.get(&ask(&sp, &sp.request(house.app.now(), &house))).await);
    assert_eq!((&again.name_id, &again.session), (&told.name_id, &told.session));
    // Another service provider knows her by another name.
    let other = ServiceProvider::new("chat.example", &house);
    other.register(&house, json!({})).await;
    let there = response(
        &tab.get(&ask(&other, &other.request(house.app.now(), &house)))
            .await,
    );
    assert_ne!(there.name_id, told.name_id);
    assert_ne!(there.session, told.session);
    let apps = tab.get("/account/apps").await.text;
    assert!(apps.contains("wiki.example") && apps.contains("chat.example"));
}

#[tokio::test]
async fn both_response_and_assertion_are_signed_by_the_key_in_our_signed_metadata() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let key = our_key(&house).await;
    let mut tab = signed_in(&house, "dave", Level::Aal2).await;
    let told = response(&tab.get(&ask(&sp, &sp.request(house.app.now(), &house))).await);
    let verify = |text: &str, keys: &[authn::saml::PeerKey]| {
        let gated = authn::saml::Gated::admit(text.as_bytes(), &authn::saml::Limits::MESSAGE).unwrap();
        authn::saml::signature::verify(&gated, keys)
    };
    let whole = verify(&told.text, std::slice::from_ref(&key)).unwrap();
    assert!(whole.text().starts_with("<samlp:Response"), "{}", whole.text());
    assert_eq!(told.text.matches("<ds:SignatureValue>").count(), 2);
    let metadata = house.anonymous(Method::GET, "/saml/metadata", None).await;
    assert_eq!(
        metadata.headers[header::CONTENT_TYPE],
        "application/samlmetadata+xml"
    );
    assert!(verify(&metadata.text, std::slice::from_ref(&key)).is_ok());
    for altered in [
        told.text.replace(">dave<", ">judy<"),
        told.text.replace("2026-11-23T12:05:00Z", "2027-11-23T12:05:00Z"),
    ] {
        assert!(verify(&altered, std::slice::from_ref(&key)).is_err());
    }
}

#[tokio::test]
async fn a_form_from_another_site_comes_without_cookies_and_still_finds_the_session() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let mut tab = signed_in(&house, "dave", Level::Aal2).await;
    let field = sp.field(sp.request(house.app.now(), &house));
    let fields = [("SAMLRequest", field.as_str()), ("RelayState", "kept")];
    let answer = Tab::new(&house)
        .post_from("https://wiki.example", "/saml/sso", &fields)
        .await;
    let next = location(&answer).to_owned();
    assert!(next.starts_with("/saml/sso?resume="), "{next}");
    let answer = tab.get(&next).await;
    assert_eq!(response(&answer).status, ["Success"]);
    assert_eq!(posted(&answer).0.fields["RelayState"], "kept");
    assert_eq!(tab.get(&next).await.status, StatusCode::GONE, "it works once");
}

/// S14: an answer goes to an address of the metadata or nowhere, and RelayState is never one.
#[tokio::test]
async fn s14_an_answer_goes_only_to_an_address_of_the_metadata() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let mut tab = signed_in(&house, "dave", Level::Aal2).await;
    let request = |name: &'static str, value: &str| sp.request(house.app.now(), &house).with(name, value);
    for elsewhere in [
        "https://evil.example/acs",
        "https://wiki.example/acs/",
        "https://wiki.example/acs?x",
        "https://wiki.example.evil.example/acs",
        "https://WIKI.example/acs",
    ] {
        let answer = tab
            .get(&ask(&sp, &request("AssertionConsumerServiceURL", elsewhere)))
            .await;
        refused(&answer, "not in the metadata");
        assert!(!answer.text.contains("evil"));
    }
    refused(
        &tab.get(&ask(&sp, &request("AssertionConsumerServiceIndex", "3")))
            .await,
        "not in the metadata",
    );
    let both = request("AssertionConsumerServiceIndex", "7").with("AssertionConsumerServiceURL", sp.acs());
    refused(&tab.get(&ask(&sp, &both)).await, "in two ways");
    let by_index = tab
        .get(&ask(&sp, &request("AssertionConsumerServiceIndex", "7")))
        .await;
    assert_eq!(posted(&by_index).0.action, "https://wiki.example/acs2");

    let longest = "s".repeat(80);
    let at = |state: &str| {
        sp.address(
            SSO,
            Carrier::Request,
            &sp.request(house.app.now(), &house),
            Some(state),
        )
    };
    let answer = tab.get(&at(&longest)).await;
    assert_eq!(posted(&answer).0.fields["RelayState"], longest);
    refused(
        &tab.get(&at(&format!("{longest}s"))).await,
        "longer than 80 bytes",
    );
    let answer = tab.get(&at("https://evil.example/")).await;
    let (form, origin) = posted(&answer);
    assert_eq!(
        form.fields["RelayState"], "https://evil.example/",
        "returned, and not followed"
    );
    assert_eq!(origin, "https://wiki.example");
}

#[tokio::test]
async fn people_are_sent_unasked_only_where_an_administrator_allows_it() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let mut tab = signed_in(&house, "dave", Level::Aal2).await;
    refused(
        &tab.get("/saml/sso?client=wiki.example").await,
        "without being asked for",
    );
    refused(&tab.get("/saml/sso?client=nobody").await, "not registered");
    sp.register(&house, json!({"saml": {"idp_initiated": true}}))
        .await;
    let answer = tab.get("/saml/sso?client=wiki.example&RelayState=x").await;
    let told = response(&answer);
    assert_eq!(told.status, ["Success"]);
    assert!(!told.text.contains("InResponseTo"));
    assert_eq!(posted(&answer).0.fields["RelayState"], "x");
}

#[tokio::test]
async fn a_service_provider_learns_of_clearances_only_as_far_as_its_own_server_may_hold_them() {
    let house = open_house().await;
    let told_at = async |sp: &ServiceProvider, tab: &mut Tab<'_>| -> Told {
        response(&tab.get(&ask(sp, &sp.request(house.app.now(), &house))).await)
    };
    let mut tab = signed_in(&house, "alice", Level::Aal3).await;
    let wiki = ServiceProvider::new("wiki.example", &house);
    wiki.register(&house, json!({})).await;
    let told = told_at(&wiki, &mut tab).await;
    assert!(
        !told.attributes.contains_key("clearance"),
        "no connected server: {:?}",
        told.attributes
    );

    let mut low = whole_world("low");
    low["client_id"] = "low.example".into();
    house.connect(low).await;
    let sp = ServiceProvider::new("low.example", &house);
    sp.register(&house, json!({"server": "low"})).await;
    let at_low = told_at(&sp, &mut tab).await;

    let mut high = whole_world("high");
    high["client_id"] = "high.example".into();
    high["node"] = "sfu-ns".into();
    high["clients"] =
        json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "NS"}, "posture": "vouched"});
    house.connect(high).await;
    let sp = ServiceProvider::new("high.example", &house);
    sp.register(&house, json!({"server": "high"})).await;
    let at_high = told_at(&sp, &mut tab).await;
    let nato = |told: &Told| {
        let all = told.attributes.get("clearance").cloned().unwrap_or_default();
        all.into_iter().find(|value| value.starts_with("NATO:"))
    };
    assert_ne!(nato(&at_low), nato(&at_high), "{at_low:?} {at_high:?}");
    assert_ne!(nato(&at_low).as_deref(), Some("NATO:NS"));
    // And not at all where the client may not know it.
    sp.register(&house, json!({"server": "high", "scopes": ["profile"]}))
        .await;
    assert!(!told_at(&sp, &mut tab).await.attributes.contains_key("clearance"));
}
