// SPDX-License-Identifier: Apache-2.0
//! Where the house listens: plain HTTP on loopback for development, TLS otherwise.

use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// `[listen]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Address and port.
    pub address: SocketAddr,
    /// Certificate chain, PEM. With `tls_key` it turns TLS on.
    pub tls_certificate: Option<PathBuf>,
    /// Private key, PEM.
    pub tls_key: Option<PathBuf>,
    /// TLS ends at a proxy in front, which is the only one that can reach this address.
    pub behind_tls_proxy: bool,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls_certificate: None,
            tls_key: None,
            behind_tls_proxy: false,
        }
    }
}

impl Listen {
    /// The certificate and key, when TLS is on.
    pub fn tls(&self) -> Option<(&PathBuf, &PathBuf)> {
        self.tls_certificate.as_ref().zip(self.tls_key.as_ref())
    }

    pub(super) fn check(&self, scheme: &str) -> Result<(), ConfigError> {
        let fault = |key: &str, message: &str| ConfigError::Key {
            key: key.into(),
            message: message.into(),
        };
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return Err(fault("listen.tls_key", "certificate and key go together"));
        }
        if scheme == "https" && self.tls().is_none() && !self.behind_tls_proxy {
            return Err(fault(
                "listen.tls_certificate",
                "an https issuer needs a certificate and key, or `behind_tls_proxy = true`",
            ));
        }
        if self.tls().is_none() && !self.behind_tls_proxy && !self.address.ip().is_loopback() {
            return Err(fault("listen.address", "plain HTTP is served on loopback only"));
        }
        Ok(())
    }
}
