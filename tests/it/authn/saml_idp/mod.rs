// SPDX-License-Identifier: Apache-2.0
//! The SAML identity provider, as service providers and browsers meet it: what a good request gets,
//! and that nothing else gets anything.

mod answers;
mod keys;
mod requests;
mod wishes;

use authn::assurance::Level;
use authn::saml::redirect::Carrier;
use authn::saml::write::Element;
use countersign_authn as authn;
use countersign_tests::house::{Answer, TestHouse};
use countersign_tests::service_provider::{SSO, ServiceProvider};
use http::{StatusCode, header};

use super::desk::Tab;

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

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
