// SPDX-License-Identifier: Apache-2.0
//! How a SAML identity provider is spoken to.

use serde::{Deserialize, Serialize};

use super::fault::Checks;

/// A SAML identity provider of which we are a service provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saml {
    /// Its entity id, byte for byte as its metadata has it.
    pub entity_id: String,
    /// Where its metadata comes from.
    pub metadata: Metadata,
    /// Our own entity id there; absent, the address of our metadata for this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_entity_id: Option<String>,
    /// It may begin a sign-in that nobody here asked for. Lets somebody else choose whom a browser is signed
    /// in as.
    #[serde(default)]
    pub idp_initiated: bool,
    /// The whole response must be signed, not only the assertion.
    #[serde(default)]
    pub response_signed: bool,
    /// Whether assertions are encrypted for us.
    #[serde(default)]
    pub encryption: Encryption,
    /// How browsers take our requests there.
    #[serde(default)]
    pub binding: Binding,
    /// Our requests are signed.
    #[serde(default = "crate::entity::yes")]
    pub sign_requests: bool,
    /// The form of name that we ask for.
    #[serde(default)]
    pub name_id: NameId,
    /// The attribute that names a person for good, where the name id does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_attribute: Option<String>,
    /// How she signs in there is asked for (RequestedAuthnContext), in the words of the table of assurance.
    #[serde(default)]
    pub ask_context: bool,
    /// Logout goes both ways.
    #[serde(default = "crate::entity::yes")]
    pub logout: bool,
    /// By how many seconds its clock may differ.
    #[serde(default = "super::oidc::a_minute")]
    pub skew_seconds: u16,
}

/// Where metadata comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metadata {
    /// From this document.
    Document(String),
    /// From an address, again and again.
    Fetched(Fetched),
}

/// Metadata that is fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetched {
    /// From where.
    pub url: String,
    /// The certificate by which the document must be signed, PEM.
    pub certificate: String,
    /// The authorities to which the address's TLS certificate leads, PEM; absent, the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorities: Option<String>,
    /// How often, in seconds.
    #[serde(default = "six_hours")]
    pub every_seconds: u32,
}

/// Whether assertions are encrypted for us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// They may be.
    #[default]
    Allowed,
    /// Those that are, are refused.
    Refused,
    /// Those that are not, are refused.
    Required,
}

/// How a browser carries a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// HTTP-POST.
    Post,
    /// HTTP-Redirect.
    #[default]
    Redirect,
}

/// A form of name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameId {
    /// A mail address. Not for good: it goes with a `subject_attribute`.
    Email,
    /// One for us alone, and for good.
    #[default]
    Persistent,
    /// One for this time. It goes with a `subject_attribute`.
    Transient,
    /// What it likes. It goes with a `subject_attribute`.
    Unspecified,
}

/// The largest metadata document.
const LARGEST_METADATA: usize = 512 * 1024;

impl Saml {
    pub(super) fn check(&self, at: &Checks<'_>) {
        at.member("entity_id").text(&self.entity_id);
        if let Some(own) = &self.own_entity_id {
            at.member("own_entity_id").text(own);
        }
        match &self.metadata {
            Metadata::Document(document) => {
                let at = at.member("metadata").member("document");
                if document.trim().is_empty() || document.len() > LARGEST_METADATA {
                    at.fault(format_args!("has 1 to {LARGEST_METADATA} bytes"));
                }
            }
            Metadata::Fetched(fetched) => {
                let at = at.member("metadata").member("fetched");
                at.member("url").address(&fetched.url);
                at.member("certificate").authorities(Some(&fetched.certificate));
                at.member("authorities")
                    .authorities(fetched.authorities.as_deref());
                at.member("every_seconds")
                    .within(fetched.every_seconds, 300, 7 * 86_400);
            }
        }
        match &self.subject_attribute {
            Some(name) => at.member("subject_attribute").text(name),
            None if self.name_id != NameId::Persistent => at
                .member("subject_attribute")
                .fault("is missing: only a persistent name id names a person for good"),
            None => {}
        }
        at.member("skew_seconds").skew(self.skew_seconds);
    }
}

fn six_hours() -> u32 {
    6 * 3_600
}
