// SPDX-License-Identifier: Apache-2.0
//! Device certificates: where they are presented, and whose are accepted.

use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;
use super::proxy::Proxy;

/// `[devices]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Devices {
    /// Public address of the device host, e.g. `https://device.id.example`. Never the host of `issuer`.
    pub url: String,
    /// Address and port of the listener that asks for a certificate in TLS.
    pub address: Option<SocketAddr>,
    /// Certificate chain of that listener, PEM.
    pub tls_certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub tls_key: Option<PathBuf>,
    /// A listener for proxies that end TLS in front of us, in place of the other.
    pub proxy: Option<Proxy>,
    /// Folder with revocation lists, `.crl`, DER or PEM; read again when it changes. A certificate that no
    /// list speaks about proves nothing.
    pub crl_folder: PathBuf,
    /// Seconds between two looks at the folder.
    #[serde(default = "default_reload_seconds")]
    pub crl_reload_seconds: u64,
    /// The most memory that lists may take, MiB.
    #[serde(default = "default_memory")]
    pub crl_memory_mib: usize,
    /// Whose certificates are accepted.
    pub anchors: Vec<Anchor>,
}

/// `[[devices.anchors]]`: an authority for devices.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// What it is called.
    pub name: String,
    /// Its certificate, PEM or DER.
    pub certificate: PathBuf,
    /// Certificates of authorities below it, PEM.
    pub intermediates: Option<PathBuf>,
    /// Where a certificate has the device's id: `dns`, `serial` or `uri`.
    pub id_from: IdFrom,
    /// What stands before that id in the directory, so that two authorities never name the same device.
    #[serde(default)]
    pub id_prefix: String,
    /// Policies, by object identifier, of which a certificate must have one; none named, none asked.
    #[serde(default)]
    pub policies: Vec<String>,
    /// Extended key uses of which a certificate must have one.
    #[serde(default = "default_uses")]
    pub extended_key_usage: Vec<String>,
    /// Hours that a revocation list counts after its successor was due.
    #[serde(default)]
    pub grace_hours: u16,
}

/// Where a certificate has the device's id.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum IdFrom {
    /// Its one DNS name.
    Dns,
    /// Its serial number.
    Serial,
    /// Its one URI.
    Uri,
}

impl Devices {
    /// The listener's certificate and key.
    pub fn tls(&self) -> Option<(SocketAddr, &PathBuf, &PathBuf)> {
        let address = self.address?;
        let (certificate, key) = self.tls_certificate.as_ref().zip(self.tls_key.as_ref())?;
        Some((address, certificate, key))
    }

    pub(super) fn check(&self, issuer: &str) -> Result<(), ConfigError> {
        let fault = |key: &str, message: String| ConfigError::Key {
            key: format!("devices.{key}"),
            message,
        };
        let url = url::Url::parse(&self.url)
            .map_err(|cause| fault("url", format!("`{}` is no address: {cause}", self.url)))?;
        if url.scheme() != "https" || url.path() != "/" || self.url.ends_with('/') {
            let message = "must be https, a host and perhaps a port, nothing more";
            return Err(fault("url", message.into()));
        }
        if url::Url::parse(issuer).is_ok_and(|main| main.origin() == url.origin()) {
            let message =
                "must not be the address of `issuer`: browsers would ask for a certificate everywhere";
            return Err(fault("url", message.into()));
        }
        if self.tls().is_none() && self.proxy.is_none() {
            let message = "needs `tls_certificate` and `tls_key`, or a `[devices.proxy]`";
            return Err(fault("address", message.into()));
        }
        if let Some(proxy) = &self.proxy {
            proxy.check("devices.proxy")?;
        }
        if self.anchors.is_empty() {
            return Err(fault("anchors", "must name at least one".into()));
        }
        for (index, anchor) in self.anchors.iter().enumerate() {
            let others = self.anchors.iter().take(index);
            let is_known = |other: &Anchor| other.name == anchor.name || other.id_prefix == anchor.id_prefix;
            if anchor.name.is_empty() || others.into_iter().any(is_known) {
                let message = format!(
                    "the name or the `id_prefix` of `{}` is another's: two authorities could name one device",
                    anchor.name
                );
                return Err(fault("anchors", message));
            }
            if anchor.extended_key_usage.is_empty() {
                let message = format!("`{}` accepts no use: name those of your devices", anchor.name);
                return Err(fault("anchors", message));
            }
        }
        Ok(())
    }
}

fn default_reload_seconds() -> u64 {
    30
}

fn default_memory() -> usize {
    256
}

fn default_uses() -> Vec<String> {
    vec!["1.3.6.1.5.5.7.3.2".into()]
}
