// SPDX-License-Identifier: Apache-2.0
//! Smartcards: where they are presented, whose are accepted, and how revocation is told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;
use super::proxy::Proxy;

/// `[cards]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cards {
    /// Public address of the card host, e.g. `https://card.id.example`. `{random}` in it becomes a
    /// fresh name each time, so that browsers ask again. Never the host of `issuer`.
    pub url: String,
    /// Address and port of the listener that asks for a certificate in TLS.
    pub address: Option<SocketAddr>,
    /// Certificate chain of that listener, PEM.
    pub tls_certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub tls_key: Option<PathBuf>,
    /// A listener for proxies that end TLS in front of us, in place of the other.
    pub proxy: Option<Proxy>,
    /// Folder with revocation lists, `.crl`, DER or PEM; read again when it changes.
    pub crl_folder: Option<PathBuf>,
    /// Seconds between two looks at the folder.
    #[serde(default = "default_reload_seconds")]
    pub crl_reload_seconds: u64,
    /// The most memory that lists may take, MiB. Beyond it, further lists are left out and named in the log.
    #[serde(default = "default_memory")]
    pub crl_memory_mib: usize,
    /// Allows calls to OCSP responders and to the addresses of revocation lists. Without it nothing is called.
    #[serde(default)]
    pub outbound: bool,
    /// Addresses of revocation lists to keep up with, besides those that accepted cards name.
    #[serde(default)]
    pub crl_urls: Vec<String>,
    /// Whose cards are accepted.
    pub anchors: Vec<Anchor>,
}

/// `[[cards.anchors]]`: a set of cards.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// What the set is called. Bindings refer to it: do not rename it.
    pub name: String,
    /// The anchor's certificate, PEM or DER.
    pub certificate: PathBuf,
    /// Certificates of authorities below it, PEM.
    pub intermediates: Option<PathBuf>,
    /// Accepted policies, by object identifier, and the assurance level that each stands for: 1, 2 or 3.
    pub policies: BTreeMap<String, u8>,
    /// By what a card names an account: `upn`, `edipi`, `issuer_serial`, `subject_key_id` or `key`.
    #[serde(default)]
    pub mapping: Mapping,
    /// How a card is bound on first use: `sign_in` or `upn_is_person`.
    #[serde(default)]
    pub first_use: FirstUse,
    /// Extended key uses of which a card must have one.
    #[serde(default = "default_uses")]
    pub extended_key_usage: Vec<String>,
    /// Lets cards in, at level 2 at most, while nobody can say whether they were revoked.
    #[serde(default)]
    pub soft_fail: bool,
    /// Hours that a revocation list counts after its successor was due.
    #[serde(default)]
    pub grace_hours: u16,
    /// Certificates, PEM, of those whose lists may speak about the certificates of others.
    pub indirect_crl_issuers: Option<PathBuf>,
    /// Whether to ask OCSP responders when lists do not say enough.
    #[serde(default)]
    pub ocsp: Ocsp,
    /// The responder, in place of the one that cards name.
    pub ocsp_responder: Option<String>,
}

/// By what a card names an account.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Mapping {
    /// Ten digits of a US defence identifier.
    Edipi,
    /// Issuer and serial number.
    #[default]
    IssuerSerial,
    /// SHA-256 of the key.
    Key,
    /// The key's identifier.
    SubjectKeyId,
    /// The user principal name.
    Upn,
}

/// How a card is bound on first use.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum FirstUse {
    /// From a fresh sign-in by another way.
    #[default]
    SignIn,
    /// To the person whose id stands before the `@` of the principal name, once she confirms.
    UpnIsPerson,
}

/// Whether to ask OCSP responders.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Ocsp {
    /// Never.
    #[default]
    Off,
    /// When lists do not say enough.
    On,
    /// The same, and an answer must repeat our nonce.
    WithNonce,
}

impl Cards {
    /// The listener's certificate and key.
    pub fn tls(&self) -> Option<(SocketAddr, &PathBuf, &PathBuf)> {
        let address = self.address?;
        let (certificate, key) = self.tls_certificate.as_ref().zip(self.tls_key.as_ref())?;
        Some((address, certificate, key))
    }

    pub(super) fn check(&self, issuer: &str) -> Result<(), ConfigError> {
        let fault = |key: &str, message: String| ConfigError::Key {
            key: format!("cards.{key}"),
            message,
        };
        let url = url::Url::parse(&self.url.replace("{random}", "x"))
            .map_err(|cause| fault("url", format!("`{}` is no address: {cause}", self.url)))?;
        if url.scheme() != "https" || url.path() != "/" || self.url.ends_with('/') {
            return Err(fault(
                "url",
                "must be https, a host and perhaps a port, nothing more".into(),
            ));
        }
        let main = url::Url::parse(issuer).ok();
        if main.is_some_and(|main| main.origin() == url.origin()) {
            return Err(fault(
                "url",
                "must not be the address of `issuer`: browsers would ask for a certificate everywhere".into(),
            ));
        }
        if self.tls().is_none() && self.proxy.is_none() {
            return Err(fault(
                "address",
                "needs `tls_certificate` and `tls_key`, or a `[cards.proxy]`".into(),
            ));
        }
        if let Some(proxy) = &self.proxy {
            proxy.check("cards.proxy")?;
        }
        if self.anchors.is_empty() {
            return Err(fault("anchors", "must name at least one".into()));
        }
        for (index, anchor) in self.anchors.iter().enumerate() {
            let same = self
                .anchors
                .iter()
                .take(index)
                .any(|other| other.name == anchor.name);
            if same || anchor.name.is_empty() {
                return Err(fault(
                    "anchors",
                    format!("the name `{}` is empty or there twice", anchor.name),
                ));
            }
            if anchor.policies.is_empty() || anchor.extended_key_usage.is_empty() {
                return Err(fault(
                    "anchors",
                    format!(
                        "`{}` accepts no policy or no use: name those of your cards",
                        anchor.name
                    ),
                ));
            }
            if anchor.ocsp != Ocsp::Off && !self.outbound {
                return Err(fault(
                    "anchors",
                    format!(
                        "`{}` asks OCSP responders, which needs `cards.outbound = true`",
                        anchor.name
                    ),
                ));
            }
        }
        if !self.crl_urls.is_empty() && !self.outbound {
            return Err(fault("crl_urls", "need `cards.outbound = true`".into()));
        }
        Ok(())
    }
}

fn default_reload_seconds() -> u64 {
    30
}

fn default_memory() -> usize {
    512
}

fn default_uses() -> Vec<String> {
    vec!["1.3.6.1.5.5.7.3.2".into(), "1.3.6.1.4.1.311.20.2.2".into()]
}
