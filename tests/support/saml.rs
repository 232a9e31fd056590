// SPDX-License-Identifier: Apache-2.0
//! A SAML identity provider that says what a test wants, truthful or not. Its key is committed, so that its
//! messages are the same in every run and another program can be shown them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeyPair as RsaKeyPair, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey,
    PublicEncryptingKey,
};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn::certificate::pem_certificates;
use countersign_authn::saml::decryption::{AES128_GCM, AES256_GCM, RSA_OAEP, RSA_OAEP_MGF1P};
use countersign_authn::saml::metadata::{Entity, IdentityProvider};
use countersign_authn::saml::sign::signed;
use countersign_authn::saml::write::{Element, Space};
use countersign_authn::saml::{Credential, HTTP_REDIRECT, SAMLP, instant};
use countersign_authn::upstream::saml::{Encryption, PERSISTENT, Rules, SUCCESS};

/// Its entity id.
pub const ENTITY: &str = "https://idp.example/metadata";
/// Our entity id there.
pub const US: &str = "https://id.example/saml/sources/agency/metadata";
/// Where it sends assertions.
pub const ACS: &str = "https://id.example/saml/sources/agency/acs";
/// Where it sends logout messages.
pub const SLO: &str = "https://id.example/saml/sources/agency/slo";
/// The request that its responses answer.
pub const ASKED: &str = "id-that-was-asked";

/// When all of this happens.
pub fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// Its key.
pub fn credential() -> &'static Credential {
    static KEY: LazyLock<Credential> = LazyLock::new(|| {
        let key = include_str!("../saml/key.pem");
        let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
        let certificates = pem_certificates(include_bytes!("../saml/certificate.pem")).unwrap();
        Credential::new(&STANDARD.decode(body).unwrap(), &certificates[0]).unwrap()
    });
    &KEY
}

/// What is agreed with it.
pub fn rules() -> Rules {
    Rules {
        source: "agency".parse().unwrap(),
        entity_id: ENTITY.into(),
        own_entity_id: US.into(),
        consumer: ACS.into(),
        logout: SLO.into(),
        unsolicited: false,
        response_signed: false,
        encryption: Encryption::Allowed,
        name_id_format: Some(PERSISTENT),
        subject_attribute: None,
        sign_requests: true,
        post_requests: false,
        skew: TimeDelta::seconds(60),
    }
}

/// Its metadata with these keys.
pub fn metadata(keys: &[&Credential]) -> String {
    metadata_at("https://idp.example", keys)
}

/// Its metadata, listening below another address.
pub fn metadata_at(origin: &str, keys: &[&Credential]) -> String {
    metadata_element(origin, keys).canonical()
}

/// The same, not written yet.
pub fn metadata_element(origin: &str, keys: &[&Credential]) -> Element {
    let service = |name, binding: &str, path: &str| {
        Element::new(Space::Md, name)
            .with("Binding", binding)
            .with("Location", format!("{origin}{path}"))
    };
    let role = Element::new(Space::Md, "IDPSSODescriptor")
        .with("protocolSupportEnumeration", SAMLP)
        .children(keys.iter().map(|key| {
            Element::new(Space::Md, "KeyDescriptor")
                .with("use", "signing")
                .child(countersign_authn::saml::sign::key_info(key))
        }))
        .child(service("SingleLogoutService", HTTP_REDIRECT, "/slo"))
        .child(service("SingleSignOnService", HTTP_REDIRECT, "/sso"));
    Element::new(Space::Md, "EntityDescriptor")
        .with("ID", "metadata")
        .with("entityID", ENTITY)
        .child(role)
}

/// Its metadata with these keys, read.
pub fn provider(keys: &[&Credential]) -> IdentityProvider {
    let entity = Entity::read(metadata(keys).as_bytes(), Some(ENTITY), now()).unwrap();
    entity.identity_provider.unwrap()
}

/// A response that is good until a test changes something in it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Who is there.
    pub subject: String,
    /// In which form of name.
    pub format: Option<&'static str>,
    /// Who says so.
    pub issuer: String,
    /// Who sends the response.
    pub response_issuer: String,
    /// To where.
    pub destination: Option<String>,
    /// For whom.
    pub audience: Option<String>,
    /// Where the bearer comes.
    pub recipient: Option<String>,
    /// What it answers.
    pub in_response_to: Option<String>,
    /// What the response around it answers.
    pub response_to: Option<String>,
    /// From when.
    pub not_before: Option<DateTime<Utc>>,
    /// Until when.
    pub not_on_or_after: Option<DateTime<Utc>>,
    /// Until when the bearer may come.
    pub confirmed_until: Option<DateTime<Utc>>,
    /// When she proved herself.
    pub authn_instant: DateTime<Utc>,
    /// Its id.
    pub id: String,
    /// Attributes.
    pub attributes: Vec<(&'static str, Vec<String>)>,
    /// The status.
    pub status: String,
    /// Whether it has conditions at all.
    pub has_conditions: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            subject: "alice".into(),
            format: Some(PERSISTENT),
            issuer: ENTITY.into(),
            response_issuer: ENTITY.into(),
            destination: Some(ACS.into()),
            audience: Some(US.into()),
            recipient: Some(ACS.into()),
            in_response_to: Some(ASKED.into()),
            response_to: Some(ASKED.into()),
            not_before: Some(now() - TimeDelta::seconds(30)),
            not_on_or_after: Some(now() + TimeDelta::minutes(5)),
            confirmed_until: Some(now() + TimeDelta::minutes(5)),
            authn_instant: now() - TimeDelta::minutes(1),
            id: "assertion".into(),
            attributes: vec![("mail", vec!["alice@agency.example".into()])],
            status: SUCCESS.into(),
            has_conditions: true,
        }
    }
}

impl Draft {
    /// The assertion, not signed.
    pub fn assertion(&self) -> Element {
        let saml = |name| Element::new(Space::Saml, name);
        let data = saml("SubjectConfirmationData")
            .maybe_with("InResponseTo", self.in_response_to.clone())
            .maybe_with("NotOnOrAfter", self.confirmed_until.map(instant))
            .maybe_with("Recipient", self.recipient.clone());
        let subject = saml("Subject")
            .child(
                saml("NameID")
                    .maybe_with("Format", self.format)
                    .text(self.subject.clone()),
            )
            .child(
                saml("SubjectConfirmation")
                    .with("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
                    .child(data),
            );
        let audience = self
            .audience
            .iter()
            .map(|audience| saml("AudienceRestriction").child(saml("Audience").text(audience.clone())));
        let conditions = saml("Conditions")
            .maybe_with("NotBefore", self.not_before.map(instant))
            .maybe_with("NotOnOrAfter", self.not_on_or_after.map(instant))
            .children(audience);
        let context = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
        let statement = saml("AuthnStatement")
            .with("AuthnInstant", instant(self.authn_instant))
            .with("SessionIndex", "session-1")
            .child(saml("AuthnContext").child(saml("AuthnContextClassRef").text(context)));
        let attributes = self.attributes.iter().map(|(name, values)| {
            saml("Attribute").with("Name", *name).children(
                values
                    .iter()
                    .map(|value| saml("AttributeValue").text(value.clone())),
            )
        });
        saml("Assertion")
            .with("ID", self.id.clone())
            .with("IssueInstant", instant(now()))
            .with("Version", "2.0")
            .child(saml("Issuer").text(self.issuer.clone()))
            .child(subject)
            .children(self.has_conditions.then_some(conditions))
            .child(statement)
            .child(saml("AttributeStatement").children(attributes))
    }

    /// A response around something, not signed.
    pub fn around(&self, inside: impl IntoIterator<Item = Element>) -> Element {
        let status = Element::new(Space::Samlp, "Status")
            .child(Element::new(Space::Samlp, "StatusCode").with("Value", self.status.clone()));
        Element::new(Space::Samlp, "Response")
            .maybe_with("Destination", self.destination.clone())
            .with("ID", "response")
            .maybe_with("InResponseTo", self.response_to.clone())
            .with("IssueInstant", instant(now()))
            .with("Version", "2.0")
            .child(Element::new(Space::Saml, "Issuer").text(self.response_issuer.clone()))
            .child(status)
            .children(inside)
    }

    /// A response whose assertion is signed.
    pub fn assertion_signed(&self) -> String {
        self.assertion_signed_by(credential())
    }

    /// The same by another key.
    pub fn assertion_signed_by(&self, by: &Credential) -> String {
        self.around([signed(self.assertion(), by).unwrap()]).canonical()
    }

    /// A response that is signed as a whole, and not its assertion.
    pub fn response_signed(&self) -> String {
        signed(self.around([self.assertion()]), credential())
            .unwrap()
            .canonical()
    }

    /// A response in which both are signed.
    pub fn both_signed(&self) -> String {
        let inner = signed(self.assertion(), credential()).unwrap();
        signed(self.around([inner]), credential()).unwrap().canonical()
    }
}

/// How something is encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    /// AES-128-GCM, OAEP with SHA-1.
    Aes128Sha1,
    /// AES-256-GCM, OAEP with SHA-256.
    Aes256Sha256,
}

/// An `EncryptedAssertion` of a text, for the key of `to`.
pub fn encrypted(text: &str, to: &Credential, how: How) -> Element {
    let (cipher, cipher_uri, length) = match how {
        How::Aes128Sha1 => (&AES_128_GCM, AES128_GCM, 16),
        How::Aes256Sha256 => (&AES_256_GCM, AES256_GCM, 32),
    };
    let key: Vec<u8> = (0..length).collect();
    let sealing = LessSafeKey::new(UnboundKey::new(cipher, &key).unwrap());
    let nonce = [9_u8; 12];
    let mut body = text.as_bytes().to_vec();
    sealing
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut body)
        .unwrap();
    let body = [nonce.to_vec(), body].concat();
    let pair = RsaKeyPair::from_pkcs8(to.pkcs8()).unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let public = PublicEncryptingKey::from_der(public.as_ref()).unwrap();
    let public = OaepPublicEncryptingKey::new(public).unwrap();
    let mut room = vec![0; public.ciphertext_size()];
    let xenc = |name| Element::new(Space::Xenc, name);
    let method = |uri: &str| xenc("EncryptionMethod").with("Algorithm", uri);
    let (algorithm, wrapping) = match how {
        How::Aes128Sha1 => (&OAEP_SHA1_MGF1SHA1, method(RSA_OAEP_MGF1P)),
        How::Aes256Sha256 => (
            &OAEP_SHA256_MGF1SHA256,
            method(RSA_OAEP)
                .child(
                    Element::new(Space::Ds, "DigestMethod")
                        .with("Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256"),
                )
                .child(
                    Element::new(Space::Xenc11, "MGF")
                        .with("Algorithm", "http://www.w3.org/2009/xmlenc11#mgf1sha256"),
                ),
        ),
    };
    let wrapped = public.encrypt(algorithm, &key, &mut room, None).unwrap();
    let value = |bytes: &[u8]| xenc("CipherData").child(xenc("CipherValue").text(STANDARD.encode(bytes)));
    let key = xenc("EncryptedKey").child(wrapping).child(value(wrapped));
    let data = xenc("EncryptedData")
        .with("Type", "http://www.w3.org/2001/04/xmlenc#Element")
        .child(method(cipher_uri))
        .child(Element::new(Space::Ds, "KeyInfo").child(key))
        .child(value(&body));
    Element::new(Space::Saml, "EncryptedAssertion").child(data)
}

/// A message cut into the parts that wrapping attacks move.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Up to what is signed.
    pub before: String,
    /// Its start tag and its issuer.
    pub head: String,
    /// Its signature.
    pub signature: String,
    /// The rest of it.
    pub rest: String,
    /// After it.
    pub after: String,
}

impl Parts {
    /// Of a message in which only the element of that name is signed.
    pub fn of(message: &str, name: &str) -> Self {
        let open = message.find(&format!("<{name} ")).unwrap();
        let end_tag = format!("</{name}>");
        let close = message.find(&end_tag).unwrap() + end_tag.len();
        let begin = message.find("<ds:Signature ").unwrap();
        let end = message.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
        Self {
            before: message[..open].into(),
            head: message[open..begin].into(),
            signature: message[begin..end].into(),
            rest: message[end..close].into(),
            after: message[close..].into(),
        }
    }

    /// What is signed, with its signature.
    pub fn original(&self) -> String {
        format!("{}{}{}", self.head, self.signature, self.rest)
    }

    /// What is signed, without its signature.
    pub fn bare(&self) -> String {
        format!("{}{}", self.head, self.rest)
    }

    /// The attacker's version of it: another id and another person, with something where the signature was.
    pub fn evil(&self, signature: &str) -> String {
        let twisted = |text: &str| {
            text.replacen("ID=\"assertion\"", "ID=\"evil\"", 1)
                .replacen("ID=\"response\"", "ID=\"evil-response\"", 1)
                .replace("alice", "mallory")
        };
        format!("{}{signature}{}", twisted(&self.head), twisted(&self.rest))
    }

    /// The signature with something more in it, at its end.
    pub fn signature_with(&self, more: &str) -> String {
        self.signature
            .replace("</ds:Signature>", &format!("{more}</ds:Signature>"))
    }
}

/// Every message of the corpus by its name: the good, and those of the attack cases.
pub fn corpus() -> Vec<(String, String)> {
    let good = Draft::default();
    let mut all: Vec<(String, String)> = vec![
        ("good-assertion-signed".into(), good.assertion_signed()),
        ("good-response-signed".into(), good.response_signed()),
        ("good-both-signed".into(), good.both_signed()),
        (
            "good-comment-outside".into(),
            good.assertion_signed()
                .replace("<samlp:Status ", "<!-- - --><samlp:Status "),
        ),
    ];
    all.extend(wrapped(&good));
    all.extend(altered(&good));
    all
}

/// Wrapping: XSW1 to XSW8, and other places where the signed original can be hidden (S1, S2, S4).
fn wrapped(good: &Draft) -> Vec<(String, String)> {
    let whole = Parts::of(&good.response_signed(), "samlp:Response");
    let inner = Parts::of(&good.assertion_signed(), "saml:Assertion");
    let ds = "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
    let samlp = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"";
    let saml = "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
    let within = |inside: &str| format!("{}{inside}{}", inner.before, inner.after);
    let into = |outer: String, end: &str, more: &str| outer.replacen(end, &format!("{more}{end}"), 1);
    let original = inner.original();
    let bare = inner.bare();
    let evil = inner.evil("");
    let object = |what: &str| format!("<ds:Object {ds}>{what}</ds:Object>");
    let extensions = |what: &str| format!("<samlp:Extensions {samlp}>{what}</samlp:Extensions>");
    let advice = |what: &str| format!("<saml:Advice {saml}>{what}</saml:Advice>");
    let detail = |what: &str| format!("<samlp:StatusDetail>{what}</samlp:StatusDetail>");
    let named = |name: &str, message: String| (name.to_owned(), message);
    vec![
        named("xsw1", whole.evil(&whole.signature_with(&whole.bare()))),
        named(
            "xsw2",
            whole.evil(&format!("{}{}", whole.bare(), whole.signature)),
        ),
        named("xsw3", within(&format!("{evil}{original}"))),
        named(
            "xsw4",
            within(&into(evil.clone(), "</saml:Assertion>", &original)),
        ),
        named("xsw5", within(&format!("{}{bare}", inner.evil(&inner.signature)))),
        named("xsw6", within(&inner.evil(&inner.signature_with(&bare)))),
        named("xsw7", within(&format!("{}{original}", extensions(&evil)))),
        named("xsw8", within(&inner.evil(&inner.signature_with(&object(&bare))))),
        named("unsigned-first", within(&format!("{evil}{original}"))),
        named("unsigned-last", within(&format!("{original}{evil}"))),
        named(
            "original-in-extensions",
            within(&format!("{}{evil}", extensions(&original))),
        ),
        named("original-in-object", within(&inner.evil(&object(&original)))),
        named(
            "original-in-advice",
            within(&into(evil.clone(), "</saml:Assertion>", &advice(&original))),
        ),
        named(
            "original-in-status-detail",
            within(&evil).replacen(
                "</samlp:Status>",
                &format!("{}</samlp:Status>", detail(&original)),
                1,
            ),
        ),
        named(
            "signature-beside-original",
            within(&format!("{}{}{evil}", extensions(&bare), inner.signature)),
        ),
        // The signature is the attacker's child and refers to an id that both have.
        named(
            "same-id-twice",
            within(&format!(
                "{}{bare}",
                inner
                    .evil(&inner.signature)
                    .replacen("ID=\"evil\"", "ID=\"assertion\"", 1)
            )),
        ),
        named(
            "assertion-of-another-namespace",
            within(&format!(
                "{original}{}",
                evil.replace("urn:oasis:names:tc:SAML:2.0:assertion", "urn:evil")
            )),
        ),
    ]
}

/// One change each to a good message (S4 to S7, S11, S12).
fn altered(good: &Draft) -> Vec<(String, String)> {
    let text = good.assertion_signed();
    let info_end = "</ds:SignedInfo>";
    let info_begin = text.find("<ds:SignedInfo>").unwrap();
    let info = &text[info_begin..text.find(info_end).unwrap() + info_end.len()];
    let changed = |name: &str, from: &str, to: &str| {
        let message = text.replacen(from, to, 1);
        assert_ne!(message, text, "{name}");
        (name.to_owned(), message)
    };
    let commented = Draft {
        subject: "admin@agency.example.evil.example".into(),
        ..good.clone()
    };
    let mut nested = String::new();
    for _ in 0..40 {
        let _ = write!(nested, "<a>");
    }
    let nested = format!("{nested}{}", "</a>".repeat(40));
    vec![
        changed("altered-subject", ">alice<", ">mallory<"),
        changed("altered-digest", "<ds:DigestValue>", "<ds:DigestValue>AAAA"),
        changed(
            "comment-in-digest",
            "<ds:DigestValue>",
            "<ds:DigestValue><!-- AAAA -->",
        ),
        changed(
            "two-signed-infos",
            info,
            &format!("{info}{}", info.replace("#assertion", "#evil")),
        ),
        changed(
            "two-references",
            "</ds:Reference>",
            "</ds:Reference><ds:Reference URI=\"#evil\"></ds:Reference>",
        ),
        changed("empty-reference", "URI=\"#assertion\"", "URI=\"\""),
        changed(
            "reference-to-the-response",
            "URI=\"#assertion\"",
            "URI=\"#response\"",
        ),
        changed(
            "duplicate-attribute",
            "<saml:NameID ",
            "<saml:NameID Format=\"urn:evil\" ",
        ),
        changed("sha1", "xmldsig-more#rsa-sha256", "xmldsig#rsa-sha1"),
        changed(
            "sha1-digest",
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2000/09/xmldsig#sha1",
        ),
        changed(
            "hmac-by-the-public-key",
            "xmldsig-more#rsa-sha256",
            "xmldsig-more#hmac-sha256",
        ),
        changed(
            "no-transforms",
            &text[text.find("<ds:Transforms>").unwrap()..text.find("<ds:DigestMethod").unwrap()],
            "",
        ),
        changed(
            "c14n-with-comments",
            "xml-exc-c14n#\"></ds:Transform>",
            "xml-exc-c14n#WithComments\"></ds:Transform>",
        ),
        changed(
            "xslt",
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "http://www.w3.org/TR/1999/REC-xslt-19991116",
        ),
        ("unsigned".into(), good.around([good.assertion()]).canonical()),
        // What was signed has no comment; the canonical form leaves the attacker's out, and so may no reader stop
        // at it.
        (
            "comment-in-name".into(),
            commented.assertion_signed().replacen(
                "admin@agency.example.evil",
                "admin@agency.example<!-- -->.evil",
                1,
            ),
        ),
        (
            "entities".into(),
            format!(
                "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>{}",
                text.replacen("alice", "&b;", 1)
            ),
        ),
        (
            "processing-instruction".into(),
            format!("<?xml-stylesheet href=\"a\"?>{text}"),
        ),
        ("cdata".into(), text.replacen(">alice<", "><![CDATA[alice]]><", 1)),
        (
            "too-deep".into(),
            text.replacen("</samlp:Response>", &format!("{nested}</samlp:Response>"), 1),
        ),
    ]
}
