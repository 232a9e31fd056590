// SPDX-License-Identifier: Apache-2.0
//! The SAML identity provider, as service providers and browsers meet it: what a good request gets,
//! and that nothing else gets anything.

use authn::assurance::Level;
use authn::saml::redirect::Carrier;
use authn::saml::write::{Element, Space};
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_tests::house::{Answer, TestHouse, open_house, start, whole_world};
use countersign_tests::service_provider::{SSO, ServiceProvider, Told, our_key, posted, response};
use http::{Method, StatusCode, header};
use serde_json::json;

use super::desk::{Tab, location, passkey};

const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

/// A browser that carries a session of that level.
async fn signed_in<'a>(house: &'a TestHouse, person: &str, level: Level) -> Tab<'a> {
    let browser = house.browser(person, level, None).await;
    let mut tab = Tab::new(house);
    let (name, value) = browser.cookie.split_once('=').unwrap();
    tab.cookies.insert(name.to_owned(), value.to_owned());
    tab
}

fn ask(sp: &ServiceProvider, message: &Element) -> String {
    sp.address(SSO, Carrier::Request, message, Some("a state"))
}

/// A page of ours, and nothing that leads or posts anywhere else.
fn refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert!(answer.headers.get(header::LOCATION).is_none());
    assert!(!answer.text.contains("<form"), "{}", answer.text);
    assert!(answer.text.contains(why), "`{why}` is not said: {}", answer.text);
}

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
async fn a_successor_of_the_key_is_in_the_metadata_before_it_signs_and_the_old_one_after() {
    let house = open_house().await;
    let keys = async || -> Vec<authn::saml::PeerKey> {
        let answer = house.anonymous(Method::GET, "/saml/metadata", None).await;
        let entity =
            authn::saml::metadata::Entity::read(answer.text.as_bytes(), None, house.app.now()).unwrap();
        entity.identity_provider.unwrap().role.signing
    };
    let signer = async |among: &[authn::saml::PeerKey]| -> usize {
        let answer = house.anonymous(Method::GET, "/saml/metadata", None).await;
        let gated =
            authn::saml::Gated::admit(answer.text.as_bytes(), &authn::saml::Limits::METADATA).unwrap();
        let by = |key: &authn::saml::PeerKey| {
            authn::saml::signature::verify(&gated, std::slice::from_ref(key)).is_ok()
        };
        among.iter().position(by).unwrap()
    };
    let first = keys().await;
    assert_eq!(first.len(), 1);
    house.app.rotate_keys().await.unwrap();
    assert_eq!(keys().await, first, "not due");
    house.advance(TimeDelta::days(365)).await;
    house.app.rotate_keys().await.unwrap();
    let both = keys().await;
    assert_eq!(both.len(), 2);
    let old = both.iter().position(|key| *key == first[0]).unwrap();
    assert_eq!(signer(&both).await, old);
    house.advance(TimeDelta::days(7)).await;
    assert_eq!(keys().await.len(), 2);
    assert_eq!(signer(&both).await, 1 - old);
    house.advance(TimeDelta::days(8)).await;
    assert_eq!(keys().await, [both[1 - old].clone()]);
    // Another process finds the same keys and makes none.
    let other = house.reopened().await;
    other.clock.advance(house.app.now() - start());
    let theirs = other.identity_provider().await.unwrap();
    assert_eq!(
        theirs.signing(other.now()).unwrap().certificate(),
        both[1 - old].der()
    );
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
async fn a_request_that_is_not_for_us_not_of_now_not_new_or_not_known_gets_a_page_of_ours() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let mut tab = signed_in(&house, "dave", Level::Aal2).await;
    let now = house.app.now();
    let good = ask(&sp, &sp.request(now, &house));
    assert_eq!(response(&tab.get(&good).await).status, ["Success"]);
    refused(&tab.get(&good).await, "used before");

    let stranger = ServiceProvider::new("stranger.example", &house);
    refused(
        &tab.get(&ask(&stranger, &stranger.request(now, &house))).await,
        "not registered",
    );
    let at = |moment| ask(&sp, &sp.request(moment, &house));
    refused(&tab.get(&at(now - TimeDelta::seconds(301))).await, "too old");
    refused(&tab.get(&at(now + TimeDelta::seconds(61))).await, "later moment");
    assert_eq!(
        tab.get(&at(now - TimeDelta::seconds(300))).await.status,
        StatusCode::OK
    );
    let elsewhere = Element::new(Space::Samlp, "AuthnRequest")
        .with("ID", "a1")
        .with("Version", "2.0")
        .with("IssueInstant", authn::saml::instant(now))
        .child(sp.issuer());
    refused(&tab.get(&ask(&sp, &elsewhere)).await, "names no `Destination`");
    let other = elsewhere
        .clone()
        .with("Destination", "https://other.example/saml/sso");
    refused(&tab.get(&ask(&sp, &other)).await, "another address");
    let unsigned = sp.unsigned(SSO, Carrier::Request, &elsewhere, None);
    assert_eq!(
        tab.get(&unsigned).await.status,
        StatusCode::OK,
        "unsigned, it need not"
    );
    let answer = sp.address(SSO, Carrier::Response, &sp.request(now, &house), None);
    refused(&tab.get(&answer).await, "no request");
    for nonsense in [
        "",
        "?SAMLRequest=",
        "?SAMLRequest=!!!",
        "?RelayState=x",
        "?SAMLRequest=AAAA&SAMLRequest=AAAA",
    ] {
        assert_eq!(
            tab.get(&format!("/saml/sso{nonsense}")).await.status,
            StatusCode::BAD_REQUEST,
            "{nonsense}"
        );
    }
}

#[tokio::test]
async fn a_signature_is_checked_where_it_is_and_required_where_the_record_says_so() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    let other = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let mut tab = signed_in(&house, "dave", Level::Aal2).await;
    let request = || sp.request(house.app.now(), &house);
    let forged = other.address(SSO, Carrier::Request, &request(), None);
    refused(&tab.get(&forged).await, "does not hold");
    let good = sp.address(SSO, Carrier::Request, &request(), Some("a"));
    refused(
        &tab.get(&good.replace("RelayState=a", "RelayState=b")).await,
        "does not hold",
    );
    let (plain, _) = good.split_once("&SigAlg").unwrap();
    assert_eq!(tab.get(plain).await.status, StatusCode::OK);

    sp.register(&house, json!({"saml": {"requests_signed": true}}))
        .await;
    let good = sp.address(SSO, Carrier::Request, &request(), Some("a"));
    let (plain, _) = good.split_once("&SigAlg").unwrap();
    refused(&tab.get(plain).await, "not signed");
    let (stripped, _) = good.split_once("&Signature").unwrap();
    refused(&tab.get(stripped).await, "SigAlg and Signature");
    assert_eq!(response(&tab.get(&good).await).status, ["Success"]);
    for (field, why) in [
        (other.field(request()), "does not hold"),
        (base64(&request().canonical()), "not signed"),
    ] {
        let answer = tab
            .post_from("https://wiki.example", "/saml/sso", &[("SAMLRequest", &field)])
            .await;
        refused(&answer, why);
    }
    // A signature moved onto something else than the message.
    let inner = authn::saml::sign::signed(request(), &sp.key).unwrap();
    let wrapped = request().child(Element::new(Space::Samlp, "Extensions").child(inner));
    let answer = tab
        .post_from(
            "https://wiki.example",
            "/saml/sso",
            &[("SAMLRequest", &base64(&wrapped.canonical()))],
        )
        .await;
    refused(&answer, "a signature stands where none may be");
}

/// S11: what costs more than a request may is refused before it is parsed; S13: and so is what is no
/// XML at all. The fuzz target `saml_request` goes on from here.
#[tokio::test]
async fn s11_s13_a_message_beyond_its_limits_is_refused() {
    let house = open_house().await;
    let sp = ServiceProvider::new("wiki.example", &house);
    sp.register(&house, json!({})).await;
    let mut tab = Tab::new(&house);
    let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let wide = format!("<a>{}</a>", "<b/>".repeat(20_000));
    let entities = "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>".to_owned();
    let open = sp.request(house.app.now(), &house).canonical();
    let open = open.get(..open.len() - 20).unwrap().to_owned();
    for text in [
        deep,
        wide,
        entities,
        open,
        "\0\u{1}".to_owned(),
        "x".repeat(400_000),
    ] {
        let answer = tab
            .post_from(
                "https://wiki.example",
                "/saml/sso",
                &[("SAMLRequest", &base64(&text))],
            )
            .await;
        refused(&answer, "Reference");
    }
    let bomb =
        authn::saml::redirect::address(SSO, Carrier::Request, &" ".repeat(10_000_000), None, None).unwrap();
    refused(
        &tab.get(&countersign_tests::service_provider::path(&bomb)).await,
        "cannot be inflated",
    );
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

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
