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
