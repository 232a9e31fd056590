// SPDX-License-Identifier: Apache-2.0
//! What is done with bytes that say they come from service providers.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use countersign_authn::oidc::client::ClientRecord;
use countersign_authn::saml::Credential;
use countersign_authn::saml::credential::Kind;
use countersign_authn::saml::idp::encrypt::Method;
use countersign_authn::saml::idp::inbound::{Authentic, Inbound};
use countersign_authn::saml::idp::request::{self, Refusal};
use countersign_authn::saml::idp::{ServiceProvider, call, logout};
use countersign_authn::saml::metadata::Entity;
use countersign_authn::saml::redirect::{self, Carrier};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;

const SSO: &str = "https://id.example/saml/sso";
const SLO: &str = "https://id.example/saml/slo";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

/// A service provider and the key that it signs by.
fn sender() -> &'static (ClientRecord, Credential) {
    static SENDER: OnceLock<(ClientRecord, Credential)> = OnceLock::new();
    SENDER.get_or_init(|| {
        let mut rng = StdRng::seed_from_u64(7);
        let key = Credential::generate(Kind::Ecdsa, "sp", now(), &mut rng).unwrap();
        let record = json!({"id": "sp", "name": "SP", "saml": {
            "entity_id": "https://sp.example",
            "consumers": [{"index": 1, "location": "https://sp.example/acs"}],
            "logout": [{"binding": "redirect", "location": "https://sp.example/slo"}],
            "signing": [key.certificate_text()],
        }});
        (serde_json::from_value(record).unwrap(), key)
    })
}

fn believed(inbound: Inbound, may_be_unsigned: bool) -> Option<Authentic> {
    let (record, _) = sender();
    let provider = record.saml.as_ref().unwrap();
    let said = inbound.said_issuer().ok()?;
    let authentic = inbound.authenticate(provider, may_be_unsigned).ok()?;
    assert_eq!(said, provider.entity_id, "believed only of whom it is from");
    Some(authentic)
}

/// A request to sign in, as a form, or as a query where it is one: refused, or its answer goes to an address that
/// is registered, with the state that came.
pub fn saml_request(bytes: &[u8]) {
    let inbound = match std::str::from_utf8(bytes) {
        Ok(query) if query.contains("SAMLRequest=") => Inbound::query(query),
        _ => Inbound::form(Some(&STANDARD.encode(bytes)), None, Some("state")),
    };
    let Some(message) = inbound.ok().and_then(|inbound| believed(inbound, true)) else {
        return;
    };
    let (record, _) = sender();
    let state = message.relay_state().map(str::to_owned);
    match request::check(&message, record, SSO, now()) {
        Ok(request) => {
            assert_eq!(request.consumer, "https://sp.example/acs");
            assert_eq!(request.relay_state, state);
            let kept = serde_json::to_string(&request).unwrap();
            assert_eq!(serde_json::from_str::<request::Request>(&kept).unwrap(), request);
        }
        Err(Refusal::Status(request, _)) => assert_eq!(request.consumer, "https://sp.example/acs"),
        Err(Refusal::Page(_)) => {}
    }
}

/// A logout message whose sender signed it, whatever it holds: refused, or read; never one without a signature.
pub fn saml_sp_logout(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (_, key) = sender();
    let signed = redirect::address(SLO, Carrier::Request, text, None, Some(key)).unwrap();
    let query = signed.split_once('?').unwrap().1;
    if let Some(message) = Inbound::query(query)
        .ok()
        .and_then(|inbound| believed(inbound, false))
    {
        if let Ok(request) = logout::request(&message, SLO, now()) {
            assert!(!request.id.is_empty() && request.sessions.len() <= 50);
        }
        let _ = logout::answer(&message, SLO, now());
    }
    let plain = Inbound::form(Some(&STANDARD.encode(text)), None, None).ok();
    if let Some(message) = plain.and_then(|inbound| believed(inbound, true)) {
        assert!(message.is_signed() || logout::request(&message, SLO, now()).is_err());
    }
}

/// Metadata of a service provider: refused, or what is filed of it is read again as it was written.
pub fn saml_provider(bytes: &[u8]) {
    let Ok(entity) = Entity::read(bytes, None, now()) else {
        return;
    };
    let Ok(provider) = ServiceProvider::of(&entity) else {
        return;
    };
    let kept = serde_json::to_string(&provider).unwrap();
    assert_eq!(serde_json::from_str::<ServiceProvider>(&kept).unwrap(), provider);
    assert!(provider.default_consumer().is_some() && provider.is_current(now()));
    let _ = Method::chosen(&provider);
    let record = ClientRecord {
        saml: Some(provider),
        ..ClientRecord::new("sp", "SP", Vec::new())
    };
    let _ = record.faults();
}

/// What a service provider answers to a call: heard only where it answers that very request.
pub fn saml_call(bytes: &[u8]) {
    if call::heard(bytes, "asked", "https://sp.example").is_ok() {
        let text = String::from_utf8_lossy(bytes);
        assert!(text.contains("asked") && text.contains("sp.example"));
    }
}
