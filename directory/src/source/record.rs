// SPDX-License-Identifier: Apache-2.0
//! The record of a source: how it is spoken to, for whom it is, what it is trusted for, and the most it
//! may give.

use serde::{Deserialize, Serialize};

use super::mapping::Mapping;
use super::{Cap, Ldap, Linking, Oidc, Saml, Sealed, Trust};
use crate::{Set, SourceId};

/// A source of people: an identity provider, or a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its identifier. It stands in addresses, so it is made of `a-z`, `0-9` and `-`.
    pub id: SourceId,
    /// What people call it; stands on the button.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// For whom it is.
    #[serde(default)]
    pub offer: Offer,
    /// What it is trusted for. As shipped, for nothing.
    #[serde(default)]
    pub trust: Trust,
    /// How its people become ours.
    #[serde(default)]
    pub linking: Linking,
    /// What its words mean here.
    #[serde(default)]
    pub mapping: Mapping,
    /// The most that it may give without a second person.
    #[serde(default)]
    pub cap: Cap,
    /// Whether it counts.
    #[serde(default)]
    pub state: State,
}

/// How a source is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// A directory.
    Ldap(Box<Ldap>),
    /// An OpenID provider.
    Oidc(Box<Oidc>),
    /// A SAML identity provider.
    Saml(Box<Saml>),
}

/// For whom a source is. With neither, it is for those who know its address, or whose directory it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Offer {
    /// It has a button on the sign-in page.
    pub button: bool,
    /// Who types an address of these mail domains is sent there.
    pub domains: Set<String>,
}

/// Whether a source counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It does.
    #[default]
    Active,
    /// Nobody signs in by it, nothing is taken from it, and what it gave stays until it runs out.
    Disabled,
}

impl Source {
    /// Whether anybody may sign in by it.
    pub fn signs_in(&self) -> bool {
        self.state == State::Active && self.trust.identity
    }

    /// Its OpenID Connect settings, where it is such.
    pub fn oidc(&self) -> Option<&Oidc> {
        match &self.protocol {
            Protocol::Oidc(settings) => Some(settings),
            Protocol::Ldap(_) | Protocol::Saml(_) => None,
        }
    }

    /// Its SAML settings, where it is such.
    pub fn saml(&self) -> Option<&Saml> {
        match &self.protocol {
            Protocol::Saml(settings) => Some(settings),
            Protocol::Ldap(_) | Protocol::Oidc(_) => None,
        }
    }

    /// Its directory settings, where it is such.
    pub fn ldap(&self) -> Option<&Ldap> {
        match &self.protocol {
            Protocol::Ldap(settings) => Some(settings),
            Protocol::Oidc(_) | Protocol::Saml(_) => None,
        }
    }
}

impl Protocol {
    /// The word for it, and the member in which its settings stand.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ldap(_) => "ldap",
            Self::Oidc(_) => "oidc",
            Self::Saml(_) => "saml",
        }
    }

    /// The secret by which we prove ourselves there, where there is one.
    pub fn secret(&self) -> Option<&Sealed> {
        match self {
            Self::Ldap(settings) => settings.password.as_ref(),
            Self::Oidc(settings) => settings.secret.as_ref(),
            Self::Saml(_) => None,
        }
    }

    /// The member in which that secret stands.
    pub fn secret_member(name: &str) -> Option<&'static str> {
        match name {
            "ldap" => Some("password"),
            "oidc" => Some("secret"),
            _ => None,
        }
    }

    /// Whether the secret of `self` would go to the same place as that of `other`: only then does a new record
    /// take it over unsaid.
    pub fn sends_secret_where(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ldap(one), Self::Ldap(other)) => {
                one.urls == other.urls
                    && one.starttls == other.starttls
                    && one.authorities == other.authorities
                    && one.bind_dn == other.bind_dn
            }
            (Self::Oidc(one), Self::Oidc(other)) => {
                one.issuer == other.issuer
                    && one.client_id == other.client_id
                    && one.endpoints == other.endpoints
                    && one.authorities == other.authorities
            }
            (Self::Ldap(_) | Self::Oidc(_) | Self::Saml(_), _) => false,
        }
    }
}
