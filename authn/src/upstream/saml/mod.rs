// SPDX-License-Identifier: Apache-2.0
//! A SAML identity provider of which we are a service provider (SAML profiles, section 4.1, web
//! browser SSO; section 4.4, single logout).
//!
//! A sign-in goes [`request`] -> the provider -> [`response`]. A response is checked in two halves,
//! because it comes as a form from another site, without our cookies: [`response::receive`] checks
//! all that stands in it and is signed, and what it yields waits ([`arrival`]) until the same browser
//! comes once more by itself and shows that it is the one that was sent away.
//!
//! Boundaries: the provider's metadata, our keys, `now` and `rng` come in. What goes out is a
//! [`super::Claimed`] and the [`name::NameId`] by which the provider will speak of her at a logout.

pub mod arrival;
mod assertion;
pub mod logout;
pub mod look;
pub mod name;
pub mod own;
pub mod peer;
pub mod request;
pub mod response;

use chrono::TimeDelta;
use countersign_directory::SourceId;

use crate::saml::Refused;

/// What is agreed with one provider.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The source that it is.
    pub source: SourceId,
    /// Its entity id, byte for byte.
    pub entity_id: String,
    /// Our entity id there.
    pub own_entity_id: String,
    /// Our assertion consumer service for it.
    pub consumer: String,
    /// Our single logout service for it.
    pub logout: String,
    /// It may begin a sign-in that nobody here asked for.
    pub unsolicited: bool,
    /// The whole response must be signed.
    pub response_signed: bool,
    /// Whether assertions come encrypted.
    pub encryption: Encryption,
    /// The form of name that we ask for; absent, what it likes.
    pub name_id_format: Option<&'static str>,
    /// The attribute that names a person for good, where the name does not.
    pub subject_attribute: Option<String>,
    /// Our requests are signed, also where it does not want that.
    pub sign_requests: bool,
    /// Requests go by form.
    pub post_requests: bool,
    /// By how much its clock may differ.
    pub skew: TimeDelta,
}

/// Whether assertions come encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encryption {
    /// They may.
    Allowed,
    /// They may not.
    Refused,
    /// They must.
    Required,
}

/// What a provider sent is not taken. For the log: whoever sent it learns nothing of this.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The XML, a signature or the form of an element.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The metadata has no key to check signatures with: everything would have to be believed.
    #[error("the provider's metadata has no signing key")]
    NoSigningKey,
    /// It is another kind of message.
    #[error("it is not a `{0}`")]
    Kind(&'static str),
    /// No assertion, or several, wherever they stand.
    #[error("there is not exactly one assertion in it")]
    OneAssertion,
    /// The response as a whole has to be signed, and is not.
    #[error("the response is not signed as a whole")]
    ResponseUnsigned,
    /// Encrypted where it may not be, or not where it must.
    #[error("its encryption is not as agreed")]
    Encryption,
    /// Somebody else said it.
    #[error("the issuer is another")]
    Issuer,
    /// It was sent to somebody else.
    #[error("the destination is another")]
    Destination,
    /// It is for somebody else.
    #[error("the audience is another")]
    Audience,
    /// Its bearer should have come elsewhere.
    #[error("the recipient is another")]
    Recipient,
    /// It does not answer what was asked, or answers what nobody asked.
    #[error("it does not answer our request")]
    InResponseTo,
    /// Too early, or too late.
    #[error("the time of `{0}` has not come or is over")]
    Time(&'static str),
    /// Something has to be there that is not.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A condition that we do not know may be one that we do not meet.
    #[error("a condition is not known")]
    Condition,
    /// The name is of another kind than was agreed, or somebody else's name of her.
    #[error("the name is not of the form that was agreed")]
    Name,
    /// More attributes or values than may be, or longer ones.
    #[error("there is too much in the attributes")]
    Attributes,
    /// It was used before.
    #[error("it was used before")]
    Again,
    /// The provider could not, or would not.
    #[error("the provider answered with the status `{}`", .0.as_deref().unwrap_or("unknown"))]
    Status(Option<String>),
}

/// A persistent name: opaque, for us alone, for good (SAML core, section 8.3.7).
pub const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
/// A name for this time (section 8.3.8).
pub const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
/// A mail address (section 8.3.2).
pub const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
/// All went well (section 3.2.2.2).
pub const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
