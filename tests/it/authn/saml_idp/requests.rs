// SPDX-License-Identifier: Apache-2.0
//! What a request has to be, or it gets nothing but a page of ours.

use authn::assurance::Level;
use authn::saml::redirect::Carrier;
use authn::saml::write::{Element, Space};
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_tests::house::open_house;
use countersign_tests::service_provider::{SSO, ServiceProvider, response};
use http::StatusCode;
use serde_json::json;

use super::{ask, base64, refused, signed_in};
use crate::authn::desk::Tab;

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
