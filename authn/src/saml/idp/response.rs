// SPDX-License-Identifier: Apache-2.0
//! What a service provider gets: a response with an assertion, or with a status that is none of
//! success. Assertion and response are both signed; an assertion is encrypted after that, where the
//! service provider has a key.

use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;

use super::attributes::{self, Known};
use super::encrypt::{self, EncryptError};
use super::name_id::Name;
use super::provider::Encryption;
use super::status::{self, Status};
use super::{Entity, Request};
use crate::oidc::client::ClientRecord;
use crate::saml::credential::CredentialError;
use crate::saml::sign::signed;
use crate::saml::write::{Element, Space};
use crate::saml::{Credential, PeerKey, SKEW, fresh_id, instant};
use crate::session::{Session, Sid};

/// How long an assertion can be presented.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// A response could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ResponseError {
    /// It could not be signed.
    #[error(transparent)]
    Signing(#[from] CredentialError),
    /// It could not be encrypted.
    #[error(transparent)]
    Encryption(#[from] EncryptError),
    /// It has to be encrypted, and there is nothing to do it with.
    #[error("the service provider has no key for which its assertions can be encrypted")]
    NoKey,
    /// The client is no service provider.
    #[error("the client is no service provider")]
    NoServiceProvider,
}

/// Whom an assertion is about.
#[derive(Debug)]
pub struct Subject<'a> {
    /// What she is called there.
    pub name: &'a Name,
    /// The session that the assertion vouches for.
    pub session: &'a Session,
    /// Its name there.
    pub sid: &'a Sid,
    /// How she was authenticated, as the service provider is told.
    pub context: &'a str,
    /// What is known about her.
    pub known: Known<'a>,
}

/// A response with an assertion.
pub fn success(
    request: &Request,
    record: &ClientRecord,
    subject: &Subject<'_>,
    entity: &Entity,
    key: &Credential,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> Result<String, ResponseError> {
    let provider = record.saml.as_ref().ok_or(ResponseError::NoServiceProvider)?;
    let assertion = signed(
        assertion(request, record, &provider.entity_id, subject, entity, now, rng),
        key,
    )?;
    let told = match (provider.encrypt, provider.encryption.first()) {
        (Encryption::Never, _) | (Encryption::WhenPossible, None) => assertion,
        (Encryption::Required, None) => return Err(ResponseError::NoKey),
        (Encryption::Required | Encryption::WhenPossible, Some(text)) => {
            let to = PeerKey::from_text(text).map_err(|_| ResponseError::NoKey)?;
            let method = encrypt::Method::chosen(provider).ok_or(ResponseError::NoKey)?;
            encrypt::encrypted(&assertion.canonical(), &to, method, rng)?
        }
    };
    let response = envelope(request, entity, now, rng)
        .child(status::element(None, None))
        .child(told);
    Ok(signed(response, key)?.canonical())
}

/// A response with a status that is none of success.
pub fn failure(
    request: &Request,
    why: Status,
    message: Option<&str>,
    entity: &Entity,
    key: &Credential,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> Result<String, ResponseError> {
    let response = envelope(request, entity, now, rng).child(status::element(Some(why), message));
    Ok(signed(response, key)?.canonical())
}

fn envelope(request: &Request, entity: &Entity, now: DateTime<Utc>, rng: &mut impl CryptoRng) -> Element {
    Element::new(Space::Samlp, "Response")
        .with("ID", fresh_id(rng))
        .with("Version", "2.0")
        .with("IssueInstant", instant(now))
        .with("Destination", request.consumer.clone())
        .maybe_with("InResponseTo", request.id.clone())
        .child(issuer(entity))
}

pub(super) fn issuer(entity: &Entity) -> Element {
    Element::new(Space::Saml, "Issuer").text(entity.id.clone())
}

fn assertion(
    request: &Request,
    record: &ClientRecord,
    audience: &str,
    subject: &Subject<'_>,
    entity: &Entity,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> Element {
    let until = instant(now + LIFETIME);
    let saml = |name| Element::new(Space::Saml, name);
    let confirmation = saml("SubjectConfirmation")
        .with("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
        .child(
            saml("SubjectConfirmationData")
                .with("Recipient", request.consumer.clone())
                .with("NotOnOrAfter", until.clone())
                .maybe_with("InResponseTo", request.id.clone()),
        );
    let conditions = saml("Conditions")
        // Clocks differ a little.
        .with("NotBefore", instant(now - SKEW))
        .with("NotOnOrAfter", until)
        .child(saml("AudienceRestriction").child(saml("Audience").text(audience)));
    let session = subject.session;
    let statement = saml("AuthnStatement")
        .with("AuthnInstant", instant(session.auth_time))
        .with("SessionIndex", subject.sid.as_str())
        .with("SessionNotOnOrAfter", instant(session.ends_at))
        .child(saml("AuthnContext").child(saml("AuthnContextClassRef").text(subject.context)));
    saml("Assertion")
        .with("ID", fresh_id(rng))
        .with("Version", "2.0")
        .with("IssueInstant", instant(now))
        .child(issuer(entity))
        .child(
            saml("Subject")
                .child(subject.name.element(audience, &entity.id))
                .child(confirmation),
        )
        .child(conditions)
        .child(statement)
        .children(attributes::statement(record, &subject.known))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use countersign_directory::{Person, PersonKind, Status as Standing};

    use super::*;
    use crate::assurance::{Level, Method};
    use crate::saml::credential::Kind;
    use crate::saml::decryption::decrypt;
    use crate::saml::gate::{Gated, Limits};
    use crate::saml::idp::attributes::{Attribute, Fact, NameFormat};
    use crate::saml::idp::name_id::{Format, NameId};
    use crate::saml::idp::provider::{Consumer, ServiceProvider};
    use crate::saml::{Refused, signature};
    use crate::session::{Place, SessionId};
    use crate::testing::rng;

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn record() -> ClientRecord {
        let attribute = |name: &str, fact| Attribute {
            name: name.into(),
            format: NameFormat::Basic,
            friendly_name: None,
            fact,
        };
        let mut record = ClientRecord::new("wiki", "Wiki", vec![]);
        record.saml = Some(ServiceProvider {
            entity_id: "https://wiki.example/metadata".into(),
            consumers: vec![Consumer {
                index: 0,
                location: "https://wiki.example/acs?a=1&b=2".into(),
                is_default: true,
            }],
            logout: vec![],
            signing: BTreeSet::new(),
            encryption: vec![],
            encryption_methods: BTreeSet::new(),
            name_id_formats: BTreeSet::new(),
            valid_until: None,
            requests_signed: false,
            idp_initiated: false,
            name_id: NameId::Persistent,
            attributes: vec![
                attribute("name", Fact::Name),
                attribute("mail", Fact::Email),
                attribute("clearance", Fact::Clearance),
                attribute("amr", Fact::Amr),
            ],
            encrypt: Encryption::WhenPossible,
        });
        record
    }

    fn person() -> Person {
        Person {
            kind: PersonKind::Government,
            status: Standing::Active,
            nationalities: countersign_directory::Set::default(),
            agency: None,
            roles: countersign_directory::Set::default(),
            missions: countersign_directory::Set::default(),
            briefings: countersign_directory::Set::default(),
            sponsor: None,
            contract: None,
            clearances: vec![],
            display_name: Some("Alice <\"&'> Ærø\r\u{1}".into()),
            email: None,
        }
    }

    /// Calls `with` with everything that a response is made of.
    fn told<T>(record: &ClientRecord, with: impl FnOnce(&Request, &Subject<'_>, &Entity) -> T) -> T {
        let request = Request {
            client: "wiki".into(),
            client_name: "Wiki".into(),
            id: Some("_request-1".into()),
            consumer: "https://wiki.example/acs?a=1&b=2".into(),
            relay_state: None,
            force: false,
            is_passive: false,
            name_id: NameId::Persistent,
            context: None,
            expected: None,
            scope: attributes::scope(record),
            received_at: now(),
        };
        let person = person();
        let session = Session {
            id: SessionId::from_text("session"),
            person: "alice".parse().unwrap(),
            level: Level::Aal3,
            methods: [Method::Hwk, Method::User].into(),
            attested: true,
            evidence: Vec::new(),
            auth_time: now() - TimeDelta::hours(1),
            started_at: now() - TimeDelta::hours(1),
            last_activity: now(),
            ends_at: now() + TimeDelta::hours(11),
            idle: TimeDelta::hours(1),
            place: Place::default(),
            csrf: "csrf".into(),
            ended_at: None,
        };
        let subject = Subject {
            name: &Name {
                value: "opaque".into(),
                format: Format::Persistent,
            },
            session: &session,
            sid: &Sid::from_text("sid-at-wiki"),
            context: "urn:x:aal:3",
            known: Known {
                id: &session.person,
                person: &person,
                subject: "opaque",
                level: session.level,
                methods: &session.methods,
                clearance: &["DE:GEHEIM".to_owned(), "NATO:NS".to_owned()],
                compartments: &[],
            },
        };
        with(&request, &subject, &Entity::of("https://id.example/"))
    }

    #[test]
    fn an_assertion_is_written_as_the_golden_file_has_it() {
        let record = record();
        let text = told(&record, |request, subject, entity| {
            let audience = "https://wiki.example/metadata";
            assertion(request, &record, audience, subject, entity, now(), &mut rng()).canonical()
        });
        let golden = include_str!("golden/assertion.xml");
        assert_eq!(text.replace("><", ">\n<"), golden.trim_end());
        // What we write is what others read: well-formed, and within the limits that we hold others to.
        Gated::admit(text.as_bytes(), &Limits::MESSAGE).unwrap();
        for id in text.split(" ID=\"").skip(1) {
            assert!(
                id.split('"').next().unwrap().len() >= 34,
                "128 bits and more: {id}"
            );
        }
    }

    #[test]
    fn an_encrypted_assertion_opens_for_its_recipient_alone_and_is_signed_inside() {
        let ours = Credential::generate(Kind::Rsa, "us", now(), &mut rng()).unwrap();
        let theirs = Credential::generate(Kind::Rsa, "them", now(), &mut rng()).unwrap();
        let key = PeerKey::from_der(ours.certificate()).unwrap();
        for methods in [
            &[][..],
            &[
                "http://www.w3.org/2009/xmlenc11#aes128-gcm",
                "http://www.w3.org/2009/xmlenc11#rsa-oaep",
            ],
        ] {
            let mut record = record();
            let provider = record.saml.as_mut().unwrap();
            provider.encryption = vec![theirs.certificate_text()];
            provider.encryption_methods = methods.iter().map(|uri| (*uri).to_owned()).collect();
            let text = told(&record, |request, subject, entity| {
                success(request, &record, subject, entity, &ours, now(), &mut rng()).unwrap()
            });
            assert!(
                !text.contains("Alice") && !text.contains("<saml:Assertion"),
                "{text}"
            );
            let gated = Gated::admit(text.as_bytes(), &Limits::MESSAGE).unwrap();
            signature::verify(&gated, std::slice::from_ref(&key)).unwrap();
            let document = gated.document().unwrap();
            let encrypted = document
                .descendants()
                .find(|node| node.has_tag_name((crate::saml::SAML, "EncryptedAssertion")))
                .unwrap();
            assert_eq!(decrypt(encrypted, &[&ours]).unwrap_err(), Refused::Decryption);
            let inside = decrypt(encrypted, &[&theirs]).unwrap();
            let verified = signature::verify(&inside, std::slice::from_ref(&key)).unwrap();
            assert!(
                verified.text().contains("Alice &lt;\"&amp;'&gt; Ærø&#xD;<"),
                "{}",
                verified.text()
            );
        }
    }

    #[test]
    fn what_has_to_be_encrypted_is_never_sent_in_clear() {
        let ours = Credential::generate(Kind::Ecdsa, "us", now(), &mut rng()).unwrap();
        let send = |record: &ClientRecord| {
            told(record, |request, subject, entity| {
                success(request, record, subject, entity, &ours, now(), &mut rng())
            })
        };
        let mut record = record();
        record.saml.as_mut().unwrap().encrypt = Encryption::Required;
        assert!(matches!(send(&record), Err(ResponseError::NoKey)));
        let provider = record.saml.as_mut().unwrap();
        provider.encryption = vec![
            Credential::generate(Kind::Rsa, "them", now(), &mut rng())
                .unwrap()
                .certificate_text(),
        ];
        provider.encryption_methods = ["http://www.w3.org/2001/04/xmlenc#aes128-cbc".to_owned()].into();
        assert!(matches!(send(&record), Err(ResponseError::NoKey)));
        provider_of(&mut record).encrypt = Encryption::WhenPossible;
        assert!(
            matches!(send(&record), Err(ResponseError::NoKey)),
            "a weak cipher is no reason to send it in clear"
        );
        provider_of(&mut record).encrypt = Encryption::Never;
        assert!(send(&record).unwrap().contains("Alice"));
        // The key of ECDSA signs as well.
        let key = PeerKey::from_der(ours.certificate()).unwrap();
        let text = send(&record).unwrap();
        let gated = Gated::admit(text.as_bytes(), &Limits::MESSAGE).unwrap();
        assert!(signature::verify(&gated, &[key]).is_ok());
    }

    fn provider_of(record: &mut ClientRecord) -> &mut ServiceProvider {
        record.saml.as_mut().unwrap()
    }
}
