// SPDX-License-Identifier: Apache-2.0
//! Proxies that end TLS in front of the card host or the device host: where they come, and how they prove
//! themselves.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use super::ConfigError;

/// `[cards.proxy]` and `[devices.proxy]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proxy {
    /// Address and port.
    pub address: SocketAddr,
    /// The proxies that may speak here.
    pub peers: Vec<IpAddr>,
    /// Certificate chain of this listener, PEM. With it, proxies come by TLS.
    pub tls_certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub tls_key: Option<PathBuf>,
    /// DNS names of the proxies' own certificates, which `machines.authorities` issued. With it, a proxy proves
    /// itself by its certificate; where there is a secret, too, by both.
    #[serde(default)]
    pub names: Vec<String>,
    /// What proxies prove themselves with: at least 32 characters.
    #[schemars(with = "Option<String>")]
    pub secret: Option<SecretString>,
    /// A file that holds it.
    pub secret_file: Option<PathBuf>,
}

impl Proxy {
    /// The listener's certificate and key.
    pub fn tls(&self) -> Option<(&PathBuf, &PathBuf)> {
        self.tls_certificate.as_ref().zip(self.tls_key.as_ref())
    }

    pub(super) fn check(&self, section: &str) -> Result<(), ConfigError> {
        let fault = |message: &str| {
            Err(ConfigError::Key {
                key: section.to_owned(),
                message: message.to_owned(),
            })
        };
        if self.peers.is_empty() {
            return fault("needs `peers`");
        }
        if self.secret.is_some() && self.secret_file.is_some() {
            return fault("takes one of `secret` and `secret_file`");
        }
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return fault("`tls_certificate` and `tls_key` go together");
        }
        if self.names.is_empty() && self.secret.is_none() && self.secret_file.is_none() {
            return fault("needs `names`, `secret` or `secret_file`: a proxy has to prove itself");
        }
        if !self.names.is_empty() && self.tls_certificate.is_none() {
            return fault("`names` need `tls_certificate` and `tls_key`: a certificate is shown in TLS");
        }
        Ok(())
    }
}
