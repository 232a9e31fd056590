// SPDX-License-Identifier: Apache-2.0
//! A service provider of our SAML identity provider: its keys, its metadata, its messages, and what
//! it reads of ours.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use countersign_authn::oidc::client::ClientRecord;
use countersign_authn::saml::credential::Kind;
use countersign_authn::saml::idp::ServiceProvider as OnFile;
use countersign_authn::saml::metadata::Entity;
use countersign_authn::saml::redirect::{self, Carrier};
use countersign_authn::saml::sign::{key_info, signed};
use countersign_authn::saml::write::{Element, Space};
use countersign_authn::saml::{Credential, HTTP_POST, HTTP_REDIRECT, PeerKey, fresh_id, instant};
use countersign_authn::store::clients;
use serde_json::{Value, json};

use crate::house::{Answer, TestHouse};

/// Our address as an identity provider in tests.
pub const SSO: &str = "http://localhost:8080/saml/sso";
/// Our address for logout in tests.
pub const SLO: &str = "http://localhost:8080/saml/slo";
/// Our entity id in tests.
pub const IDP: &str = "http://localhost:8080/saml/metadata";

/// A service provider.
pub struct ServiceProvider {
    /// Its entity id.
    pub entity_id: String,
    /// Its host, and its id as a client.
    pub host: String,
    /// Its key.
    pub key: Credential,
}

/// What a page of ours posts.
#[derive(Debug)]
pub struct Posted {
    /// Where to.
    pub action: String,
    /// The fields.
    pub fields: BTreeMap<String, String>,
}

/// A message of ours, taken apart.
#[derive(Debug)]
pub struct Told {
    /// Its text.
    pub text: String,
    /// The codes of its status, first level first.
    pub status: Vec<String>,
    /// Attributes of its root.
    pub root: BTreeMap<String, String>,
    /// The NameID of its assertion or request.
    pub name_id: Option<String>,
    /// The SessionIndex.
    pub session: Option<String>,
    /// The AuthnContextClassRef.
    pub context: Option<String>,
    /// Attributes of the person.
    pub attributes: BTreeMap<String, Vec<String>>,
}

impl ServiceProvider {
    /// A new one at `https://HOST`.
    pub fn new(host: &str, house: &TestHouse) -> Self {
        let now = house.app.now();
        Self {
            entity_id: format!("https://{host}/metadata"),
            host: host.to_owned(),
            key: Credential::generate(Kind::Ecdsa, host, now, &mut house.app.rng()).unwrap(),
        }
    }

    /// Where it takes assertions.
    pub fn acs(&self) -> String {
        format!("https://{}/acs", self.host)
    }

    /// Its metadata.
    pub fn metadata(&self) -> String {
        let md = |name| Element::new(Space::Md, name);
        let at = |name, binding: &str, path: &str| {
            md(name)
                .with("Binding", binding)
                .with("Location", format!("https://{}{path}", self.host))
        };
        let role = md("SPSSODescriptor")
            .with(
                "protocolSupportEnumeration",
                "urn:oasis:names:tc:SAML:2.0:protocol",
            )
            .child(
                md("KeyDescriptor")
                    .with("use", "signing")
                    .child(key_info(&self.key)),
            )
            .child(at("SingleLogoutService", HTTP_REDIRECT, "/slo"))
            .child(at("AssertionConsumerService", HTTP_POST, "/acs").with("index", "0"))
            .child(at("AssertionConsumerService", HTTP_POST, "/acs2").with("index", "7"));
        md("EntityDescriptor")
            .with("entityID", self.entity_id.clone())
            .child(role)
            .canonical()
    }

    /// Registers it, with changes to its record; `saml` of them is merged.
    pub async fn register(&self, house: &TestHouse, changes: Value) {
        let now = house.app.now();
        let entity = Entity::read(self.metadata().as_bytes(), None, now).unwrap();
        let provider = OnFile::of(&entity).unwrap();
        let mut record = json!({"id": self.host, "name": self.host, "saml": provider});
        record["saml"]["attributes"] = json!([
            {"name": "uid", "fact": "username"},
            {"name": "mail", "fact": "email"},
            {"name": "clearance", "fact": "clearance"},
            {"name": "compartments", "fact": "compartments"},
        ]);
        for (name, value) in changes.as_object().unwrap() {
            if name == "saml" {
                for (name, value) in value.as_object().unwrap() {
                    record["saml"][name] = value.clone();
                }
            } else {
                record[name] = value.clone();
            }
        }
        let record: ClientRecord = serde_json::from_value(record).unwrap();
        assert_eq!(record.faults(), Vec::<String>::new());
        let mut db = house.app.database.begin_write().await.unwrap();
        clients::put(&record, now, &mut db).await.unwrap();
        house.app.commit(db).await.unwrap();
    }

    /// A request to sign somebody in.
    pub fn request(&self, now: DateTime<Utc>, house: &TestHouse) -> Element {
        Element::new(Space::Samlp, "AuthnRequest")
            .with("ID", fresh_id(&mut house.app.rng()))
            .with("Version", "2.0")
            .with("IssueInstant", instant(now))
            .with("Destination", SSO)
            .child(self.issuer())
    }

    /// Its name in messages.
    pub fn issuer(&self) -> Element {
        Element::new(Space::Saml, "Issuer").text(self.entity_id.clone())
    }

    /// A request to end sessions.
    pub fn logout_request(&self, told: &Told, now: DateTime<Utc>, house: &TestHouse) -> Element {
        let name = told.name_id.clone().unwrap();
        let session = told.session.clone().unwrap();
        Element::new(Space::Samlp, "LogoutRequest")
            .with("ID", fresh_id(&mut house.app.rng()))
            .with("Version", "2.0")
            .with("IssueInstant", instant(now))
            .with("Destination", SLO)
            .child(self.issuer())
            .child(Element::new(Space::Saml, "NameID").text(name))
            .child(Element::new(Space::Samlp, "SessionIndex").text(session))
    }

    /// An answer to a request of ours.
    pub fn logout_answer(
        &self,
        to: &str,
        is_success: bool,
        now: DateTime<Utc>,
        house: &TestHouse,
    ) -> Element {
        let code = if is_success { "Success" } else { "Responder" };
        let code = Element::new(Space::Samlp, "StatusCode")
            .with("Value", format!("urn:oasis:names:tc:SAML:2.0:status:{code}"));
        Element::new(Space::Samlp, "LogoutResponse")
            .with("ID", fresh_id(&mut house.app.rng()))
            .with("Version", "2.0")
            .with("IssueInstant", instant(now))
            .with("Destination", SLO)
            .with("InResponseTo", to)
            .child(self.issuer())
            .child(Element::new(Space::Samlp, "Status").child(code))
    }

    /// The address that carries a message to us, signed.
    pub fn address(&self, at: &str, carrier: Carrier, message: &Element, state: Option<&str>) -> String {
        let address = redirect::address(at, carrier, &message.canonical(), state, Some(&self.key)).unwrap();
        path(&address)
    }

    /// The same, not signed.
    pub fn unsigned(&self, at: &str, carrier: Carrier, message: &Element, state: Option<&str>) -> String {
        path(&redirect::address(at, carrier, &message.canonical(), state, None).unwrap())
    }

    /// The field of a form that carries a message to us, signed.
    pub fn field(&self, message: Element) -> String {
        STANDARD.encode(signed(message, &self.key).unwrap().canonical())
    }
}

/// The path and query of an address of ours.
pub fn path(address: &str) -> String {
    address.strip_prefix("http://localhost:8080").unwrap().to_owned()
}

/// The form on a page of ours, and the origin that its policy lets it go to.
pub fn posted(answer: &Answer) -> (Posted, String) {
    assert_eq!(answer.status, http::StatusCode::OK, "{}", answer.text);
    let form = between(&answer.text, "<form method=\"post\" action=\"", "</form>");
    let action = unescaped(form.split('"').next().unwrap());
    let mut fields = BTreeMap::new();
    for input in form.split("<input type=\"hidden\" ").skip(1) {
        let name = between(input, "name=\"", "\"");
        let value = between(input, "value=\"", "\"");
        fields.insert(name.to_owned(), unescaped(value));
    }
    let policy = answer
        .headers
        .get("content-security-policy")
        .unwrap()
        .to_str()
        .unwrap();
    let origin = between(policy, "form-action ", ";").to_owned();
    (Posted { action, fields }, origin)
}

/// The response that a page of ours posts.
pub fn response(answer: &Answer) -> Told {
    let (posted, _) = posted(answer);
    let bytes = STANDARD.decode(&posted.fields["SAMLResponse"]).unwrap();
    Told::read(String::from_utf8(bytes).unwrap())
}

/// The message in an address that we send a browser to, once our signature on it was checked.
pub fn redirected(address: &str, key: &PeerKey) -> Told {
    let (_, query) = address.split_once('?').unwrap();
    let received = redirect::Received::read(query).unwrap();
    let verified = received.verify(std::slice::from_ref(key)).unwrap();
    Told::read(verified.text().to_owned())
}

impl Told {
    /// Takes a message apart.
    pub fn read(text: String) -> Self {
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        let named = |name: &'static str| {
            root.descendants()
                .filter(move |node| node.is_element() && node.tag_name().name() == name)
        };
        let first = |name| named(name).next().and_then(|node| node.text()).map(str::to_owned);
        let statement = named("AuthnStatement").next();
        let session = statement.and_then(|node| node.attribute("SessionIndex").map(str::to_owned));
        let attributes = named("Attribute").map(|attribute| {
            let values = attribute
                .children()
                .filter_map(|value| value.text().map(str::to_owned));
            (attribute.attribute("Name").unwrap().to_owned(), values.collect())
        });
        let told = Self {
            status: named("StatusCode")
                .map(|node| {
                    node.attribute("Value")
                        .unwrap()
                        .rsplit(':')
                        .next()
                        .unwrap()
                        .to_owned()
                })
                .collect(),
            root: root
                .attributes()
                .map(|one| (one.name().to_owned(), one.value().to_owned()))
                .collect(),
            name_id: first("NameID"),
            session: session.or_else(|| first("SessionIndex")),
            context: first("AuthnContextClassRef"),
            attributes: attributes.collect(),
            text: String::new(),
        };
        Self { text, ..told }
    }
}

/// Our key, as our metadata shows it.
pub async fn our_key(house: &TestHouse) -> PeerKey {
    let answer = house.anonymous(http::Method::GET, "/saml/metadata", None).await;
    assert_eq!(answer.status, http::StatusCode::OK, "{}", answer.text);
    let entity = Entity::read(answer.text.as_bytes(), Some(IDP), house.app.now()).unwrap();
    entity.identity_provider.unwrap().role.signing.remove(0)
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no `{before}` in {text}"));
    rest.split_once(after).map_or(rest, |(found, _)| found)
}

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&#43;", "+")
        .replace("&#61;", "=")
        .replace("&#x2B;", "+")
}
