// SPDX-License-Identifier: Apache-2.0
//! A service provider on file: what its metadata says, and what an administrator decided about it.
//! Both are part of the client's record, and change only with it.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::attributes::Attribute;
use super::name_id::{Format, NameId};
use crate::saml::metadata::{self, Endpoint};
use crate::saml::{HTTP_POST, HTTP_REDIRECT, PeerKey, SOAP};

/// The most addresses of a kind that one service provider may have.
pub const MOST_ENDPOINTS: usize = 50;

/// Where assertions are taken, by HTTP-POST.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    /// The number by which requests may name it.
    pub index: u16,
    /// The address.
    pub location: String,
    /// Whether it is the one that is meant where none is named.
    #[serde(default)]
    pub is_default: bool,
}

/// How a logout message travels.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// In a form (SAML bindings, section 3.5).
    Post,
    /// In an address (SAML bindings, section 3.4).
    Redirect,
    /// In a call of ours, without a browser (SAML bindings, section 3.2).
    Soap,
}

/// Where logout messages are taken.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogoutService {
    /// How.
    pub binding: Binding,
    /// Where requests go.
    pub location: String,
    /// Where answers go, if elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_location: Option<String>,
}

impl LogoutService {
    /// An endpoint of metadata, if we speak its binding.
    fn of(endpoint: &Endpoint) -> Option<Self> {
        let binding = match endpoint.binding.as_str() {
            HTTP_POST => Binding::Post,
            HTTP_REDIRECT => Binding::Redirect,
            SOAP => Binding::Soap,
            _ => return None,
        };
        Some(Self {
            binding,
            location: endpoint.location.clone(),
            response_location: endpoint.response_location.clone(),
        })
    }

    /// Where answers go.
    pub fn answers(&self) -> &str {
        self.response_location.as_deref().unwrap_or(&self.location)
    }
}

/// Whether assertions are encrypted.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// Never: it is taken for a decision of an administrator, and put on record.
    Never,
    /// Always. Without a key nobody is signed in.
    Required,
    /// Where there is a key.
    #[default]
    WhenPossible,
}

/// A service provider.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceProvider {
    /// Its entity id.
    pub entity_id: String,
    /// Where assertions are taken.
    pub consumers: Vec<Consumer>,
    /// Where logout messages are taken; none: it is not told.
    #[serde(default)]
    pub logout: Vec<LogoutService>,
    /// The certificates of the keys by which it signs, base64.
    #[serde(default)]
    pub signing: BTreeSet<String>,
    /// The certificates of the keys for which assertions are encrypted, base64; the first counts.
    #[serde(default)]
    pub encryption: Vec<String>,
    /// The methods of encryption that its metadata names; empty: it names none.
    #[serde(default)]
    pub encryption_methods: BTreeSet<String>,
    /// The formats of names that its metadata lists.
    #[serde(default)]
    pub name_id_formats: BTreeSet<Format>,
    /// Until when its metadata is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    /// Whether its requests to sign in must be signed. Logout messages always must.
    #[serde(default)]
    pub requests_signed: bool,
    /// Whether people may be sent to it without its having asked.
    #[serde(default)]
    pub idp_initiated: bool,
    /// What people are called where a request leaves it open.
    #[serde(default)]
    pub name_id: NameId,
    /// What it is told about people.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// Whether its assertions are encrypted.
    #[serde(default)]
    pub encrypt: Encryption,
}

/// Metadata that no service provider of ours can have.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// It describes something else.
    #[error("the metadata describes no service provider that speaks SAML 2.0")]
    NoServiceProvider,
    /// It takes assertions by no binding of ours.
    #[error("the metadata names no AssertionConsumerService by HTTP-POST")]
    NoConsumer,
}

impl ServiceProvider {
    /// What metadata says of a service provider; what it leaves open is as careful as can be.
    pub fn of(entity: &metadata::Entity) -> Result<Self, Unfit> {
        let said = entity.service_provider.as_ref().ok_or(Unfit::NoServiceProvider)?;
        let consumers: Vec<Consumer> = said
            .consumers
            .iter()
            .filter(|consumer| consumer.endpoint.binding == HTTP_POST)
            .map(|consumer| Consumer {
                index: consumer.index,
                location: consumer.endpoint.location.clone(),
                is_default: consumer.is_default,
            })
            .collect();
        if consumers.is_empty() {
            return Err(Unfit::NoConsumer);
        }
        let text = |key: &PeerKey| STANDARD.encode(key.der());
        let encryption = said.role.encryption.iter();
        let methods = encryption.clone().flat_map(|key| key.methods.clone()).collect();
        let formats = said.role.name_id_formats.iter();
        Ok(Self {
            entity_id: entity.id.clone(),
            consumers,
            logout: said.role.logout.iter().filter_map(LogoutService::of).collect(),
            signing: said.role.signing.iter().map(text).collect(),
            encryption: encryption.map(|key| text(&key.key)).collect(),
            encryption_methods: methods,
            name_id_formats: formats.filter_map(|uri| Format::named(uri)).collect(),
            valid_until: entity.valid_until,
            requests_signed: said.signs_requests,
            idp_initiated: false,
            name_id: NameId::default(),
            attributes: Vec::new(),
            encrypt: Encryption::default(),
        })
    }

    /// The same service provider by newer metadata: what an administrator decided stays.
    #[must_use]
    pub fn renewed(self, newer: Self) -> Self {
        Self {
            idp_initiated: self.idp_initiated,
            name_id: self.name_id,
            attributes: self.attributes,
            encrypt: self.encrypt,
            requests_signed: self.requests_signed || newer.requests_signed,
            ..newer
        }
    }

    /// The keys by which it signs.
    pub fn signing_keys(&self) -> Vec<PeerKey> {
        self.signing
            .iter()
            .filter_map(|text| PeerKey::from_text(text).ok())
            .collect()
    }

    /// The consumer that is meant where none is named (SAML metadata, section 2.2.3): the one said
    /// to be, else the first.
    pub fn default_consumer(&self) -> Option<&Consumer> {
        let said = self.consumers.iter().find(|consumer| consumer.is_default);
        said.or_else(|| self.consumers.first())
    }

    /// Whether its metadata still counts at `now`.
    pub fn is_current(&self, now: DateTime<Utc>) -> bool {
        self.valid_until.is_none_or(|until| now <= until)
    }

    /// Where browsers take logout messages, by redirect if it can: that needs no page in between.
    pub fn logout_service(&self) -> Option<&LogoutService> {
        self.logout_by(Binding::Redirect)
            .or_else(|| self.logout_by(Binding::Post))
    }

    /// Where it is called without a browser.
    pub fn called_logout(&self) -> Option<&LogoutService> {
        self.logout_by(Binding::Soap)
    }

    fn logout_by(&self, binding: Binding) -> Option<&LogoutService> {
        self.logout.iter().find(|service| service.binding == binding)
    }

    /// What is wrong with it, a line each.
    pub(crate) fn faults(&self, is_address: impl Fn(&str) -> bool) -> Vec<String> {
        let mut faults = Vec::new();
        if self.entity_id.is_empty() || self.entity_id.len() > 1024 {
            faults.push("`saml.entity_id` must have 1 to 1024 characters".to_owned());
        }
        if self.consumers.is_empty() || self.consumers.len() > MOST_ENDPOINTS {
            faults.push(format!(
                "`saml.consumers` must name 1 to {MOST_ENDPOINTS} addresses that take assertions by HTTP-POST"
            ));
        }
        let consumers = self.consumers.iter().map(|consumer| consumer.location.as_str());
        let logout = self
            .logout
            .iter()
            .flat_map(|service| [service.location.as_str(), service.answers()]);
        let odd: BTreeSet<&str> = consumers.chain(logout).filter(|at| !is_address(at)).collect();
        faults.extend(odd.into_iter().map(|address| {
            format!(
                "`{address}` must be https, or http on a loopback address, without user, backslash or fragment"
            )
        }));
        let certificates = self.signing.iter().chain(&self.encryption);
        if certificates
            .into_iter()
            .any(|text| PeerKey::from_text(text).is_err())
        {
            faults.push("a certificate in `saml` cannot be used".to_owned());
        }
        if self.requests_signed && self.signing.is_empty() {
            faults.push(
                "`saml.requests_signed` is set, yet no key to check them is in `saml.signing`".to_owned(),
            );
        }
        if !self.logout.is_empty() && self.signing.is_empty() {
            faults.push(
                "`saml.logout` needs a key in `saml.signing`: logout messages must be signed".to_owned(),
            );
        }
        if self.encrypt == Encryption::Required && self.encryption.is_empty() {
            faults.push("`saml.encrypt` is `required`, yet `saml.encryption` is empty".to_owned());
        }
        if self.encrypt != Encryption::Never
            && !self.encryption.is_empty()
            && super::encrypt::Method::chosen(self).is_none()
        {
            faults.push(
                "its metadata names no method of encryption that is used here (AES-GCM and RSA-OAEP); \
                 set `saml.encrypt` to `never` if it must be read in clear"
                    .to_owned(),
            );
        }
        faults
    }
}
