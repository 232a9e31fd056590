// SPDX-License-Identifier: Apache-2.0
//! What people are called towards a service provider (SAML core, section 8.3). The default is
//! opaque, of the service provider's own, and the same each time: two of them cannot compare notes.

use countersign_directory::Person;
use serde::{Deserialize, Serialize};

use crate::saml::write::{Element, Space};
use crate::session::Sid;
use crate::store::accounts::Account;

/// A format of names.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Her mail address.
    Email,
    /// Opaque, the service provider's own, for good.
    Persistent,
    /// Opaque, good for one session.
    Transient,
    /// Whatever was agreed on.
    Unspecified,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Email, Self::Persistent, Self::Transient, Self::Unspecified];

    /// Its identifier.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Email => "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            Self::Persistent => "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            Self::Transient => "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            Self::Unspecified => "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        }
    }

    /// The format with that identifier.
    pub fn named(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.uri() == uri)
    }
}

/// What people are called at a service provider where its request leaves it open.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameId {
    /// By their mail address.
    Email,
    /// By an opaque name of the service provider's own.
    #[default]
    Persistent,
    /// By another opaque name in each session.
    Transient,
    /// By their username, in the format `unspecified`.
    Username,
}

impl NameId {
    /// Its format.
    pub fn format(self) -> Format {
        match self {
            Self::Email => Format::Email,
            Self::Persistent => Format::Persistent,
            Self::Transient => Format::Transient,
            Self::Username => Format::Unspecified,
        }
    }
}

/// A name, as it is written and compared.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// The name.
    pub value: String,
    /// Its format.
    pub format: Format,
}

impl Name {
    /// What `person` is called by that `kind` of name; `None` where she has none.
    pub fn of(kind: NameId, entity_id: &str, account: &Account, person: &Person, sid: &Sid) -> Option<Self> {
        let value = match kind {
            NameId::Email => person.email.clone()?,
            NameId::Persistent => account.opaque_at(entity_id),
            // Random for each session and client, and what logout messages name besides.
            NameId::Transient => format!("t{}", sid.as_str()),
            NameId::Username => account.person.to_string(),
        };
        Some(Self {
            value,
            format: kind.format(),
        })
    }

    /// The element. `entity_id` is the service provider's, ours is `issuer`: an opaque name means
    /// something between the two alone.
    pub(super) fn element(&self, entity_id: &str, issuer: &str) -> Element {
        let element = Element::new(Space::Saml, "NameID").with("Format", self.format.uri());
        let element = match self.format {
            Format::Persistent | Format::Transient => element
                .with("NameQualifier", issuer)
                .with("SPNameQualifier", entity_id),
            Format::Email | Format::Unspecified => element,
        };
        element.text(self.value.clone())
    }
}
