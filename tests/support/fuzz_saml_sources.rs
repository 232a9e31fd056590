// SPDX-License-Identifier: Apache-2.0
//! What is done with bytes that say they come from SAML identity providers.

use std::sync::OnceLock;

use countersign_authn::saml::metadata::{Entity, IdentityProvider, verified};
use countersign_authn::saml::redirect::{self, Carrier, Received};
use countersign_authn::saml::sign::signed;
use countersign_authn::saml::signature::verify;
use countersign_authn::saml::write::{Element, Space};
use countersign_authn::saml::{Gated, Limits, PeerKey, post};
use countersign_authn::upstream::saml::{logout, look, response};

use crate::saml::{Draft, How, SLO, credential, encrypted, now, rules};

fn provider() -> &'static IdentityProvider {
    static PROVIDER: OnceLock<IdentityProvider> = OnceLock::new();
    PROVIDER.get_or_init(|| crate::saml::provider(&[credential()]))
}

fn pinned() -> [PeerKey; 1] {
    [PeerKey::from_der(credential().certificate()).expect("the key is one")]
}

/// A response, through gate, signature and every check of what is in it: never taken without the key.
pub fn saml_response(bytes: &[u8]) {
    let Ok(message) = Gated::admit(bytes, &Limits::MESSAGE) else {
        return;
    };
    let received = response::receive(&message, &rules(), provider(), &[], now());
    // Whoever looks step by step sees why something is refused, and no fault where nothing is.
    if let Ok(looked) = look::look(&message, &rules(), provider(), &[], now()) {
        let is_good = looked.findings.iter().all(|finding| finding.fault.is_none());
        assert!(is_good || received.is_err(), "{:?}", looked.findings);
        assert!(!is_good || looked.arrival.is_some(), "{:?}", looked.findings);
    }
    if let Ok(arrival) = received {
        was_signed(&arrival.claimed.subject);
    }
}

/// An encrypted assertion, as it stands or as what is hidden in it. Encrypting takes no secret: unless the response
/// is signed, what comes out counts only if somebody signed that.
pub fn saml_encrypted(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let good = Draft::default();
    let around = |inside: Element| good.around([inside]);
    let taken = |message: &str| {
        let message = Gated::admit(message.as_bytes(), &Limits::MESSAGE).ok()?;
        let arrival = response::receive(&message, &rules(), provider(), &[credential()], now());
        arrival.ok().map(|arrival| arrival.claimed.subject)
    };
    if text.contains("EncryptedData") {
        let place = Element::new(Space::Saml, "EncryptedAssertion");
        let written = place.canonical();
        let bare = around(place).canonical();
        let (before, after) = bare.split_once(&written).expect("it stands in the response");
        if let Some(subject) = taken(&format!("{before}{text}{after}")) {
            was_signed(&subject);
        }
        return;
    }
    let hidden = encrypted(text, credential(), How::Aes256Sha256);
    if let Some(subject) = taken(&around(hidden.clone()).canonical()) {
        was_signed(&subject);
    }
    let whole = signed(around(hidden), credential()).expect("the key signs");
    if let Some(subject) = taken(&whole.canonical()) {
        assert!(!subject.is_empty());
    }
}

fn was_signed(subject: &str) {
    assert!(
        subject == "alice" || subject.starts_with("admin@agency.example"),
        "`{subject}` was never signed"
    );
}

/// Metadata of a provider, signed or not.
pub fn saml_metadata(bytes: &[u8]) {
    if let Ok(entity) = Entity::read(bytes, None, now()) {
        assert!(!entity.id.is_empty());
    }
    if let Ok(text) = verified(bytes, &pinned()) {
        let _ = Entity::read(text.as_bytes(), None, now());
    }
}

/// A logout message whose sender signed it, whatever it holds: by its query, or as it stands.
pub fn saml_logout(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let by = Some(credential());
    let address = redirect::address(SLO, Carrier::Request, text, None, by).expect("the key signs");
    let (_, query) = address.split_once('?').expect("it has a query");
    let by_query = Received::read(query).and_then(|received| received.verify(&pinned()));
    let as_it_stands = Gated::admit(bytes, &Limits::MESSAGE).and_then(|message| verify(&message, &pinned()));
    for message in [by_query, as_it_stands].into_iter().flatten() {
        if let Ok(asked) = logout::asked(&message, &rules(), now()) {
            assert!(!asked.id.is_empty() && asked.sessions.len() <= 64);
            assert!(asked.remember_until > now() - rules().skew);
        }
        if let Ok(answered) = logout::answered(&message, &rules(), now()) {
            assert!(message.text().contains(&answered.in_response_to) || answered.in_response_to.is_empty());
        }
    }
}

/// What somebody pastes into the tester is refused, or read; and read again from what came out, it is the same.
pub fn saml_pasted(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(message) = post::pasted(text) else { return };
    if message.text().starts_with('<') {
        let again = post::pasted(message.text()).expect("it was read before");
        assert_eq!(again.text(), message.text().trim());
    }
}

/// A query of the redirect binding.
pub fn saml_redirect(bytes: &[u8]) {
    let Ok(query) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(received) = Received::read(query)
        && let Ok(verified) = received.verify(&pinned())
    {
        assert_eq!(verified.text(), received.unverified().text());
    }
}
