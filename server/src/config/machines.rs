// SPDX-License-Identifier: Apache-2.0
//! How chat servers and other programs prove themselves: a listener of its own that takes certificates,
//! and from which rank on tokens must be bound to one (RFC 8705).

use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// The rank above every label: nothing must be bound.
const ABOVE_ALL: u8 = 5;

/// `[machines]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Machines {
    /// Where programs with certificates connect: an address and port of its own, always TLS. Browsers never
    /// come here, so none is asked for a certificate. Absent, no certificate is taken.
    pub listen: Option<SocketAddr>,
    /// The public base address of that listener, e.g. `https://id.example:8444`. No trailing slash.
    pub address: Option<String>,
    /// Its certificate chain, PEM; absent, that of `[listen]`.
    pub tls_certificate: Option<PathBuf>,
    /// Its private key, PEM; absent, that of `[listen]`.
    pub tls_key: Option<PathBuf>,
    /// Authorities whose certificates count for `tls_client_auth` and for proxies, PEM.
    pub authorities: Option<PathBuf>,
    /// Whether a certificate of theirs counts only when a revocation list says that nobody on its path was
    /// revoked (`lists`), or also when none says anything (`unchecked`).
    pub revocation: Revocation,
    /// Folder with their revocation lists, `.crl`, DER or PEM; read again when it changes.
    pub crl_folder: Option<PathBuf>,
    /// Seconds between two looks at the folder.
    pub crl_reload_seconds: u64,
    /// Hours that a revocation list counts after its successor was due.
    pub crl_grace_hours: u16,
    /// The most memory that lists may take, MiB.
    pub crl_memory_mib: usize,
    /// Chat servers on a node accredited at this rank or above get tokens, and may use them, only beside their
    /// certificate. 5 asks it of none.
    pub bound_tokens_from_rank: u8,
}

/// What has to be known of a program's certificate.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// A list says that it was not revoked.
    #[default]
    Lists,
    /// No list says that it was.
    Unchecked,
}

impl Default for Machines {
    fn default() -> Self {
        Self {
            listen: None,
            address: None,
            tls_certificate: None,
            tls_key: None,
            authorities: None,
            revocation: Revocation::default(),
            crl_folder: None,
            crl_reload_seconds: 30,
            crl_grace_hours: 0,
            crl_memory_mib: 256,
            bound_tokens_from_rank: 1,
        }
    }
}

impl Machines {
    /// Whether tokens of a server at `rank` must be bound.
    pub fn must_be_bound(&self, rank: u8) -> bool {
        self.bound_tokens_from_rank < ABOVE_ALL && rank >= self.bound_tokens_from_rank
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let fault = |key: &str, message: &str| ConfigError::Key {
            key: key.into(),
            message: message.into(),
        };
        if self.bound_tokens_from_rank > ABOVE_ALL {
            return Err(fault(
                "machines.bound_tokens_from_rank",
                "is a rank from 0 to 4, or 5 for none",
            ));
        }
        if self.listen.is_some() != self.address.is_some() {
            return Err(fault("machines.address", "`listen` and `address` go together"));
        }
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return Err(fault("machines.tls_key", "certificate and key go together"));
        }
        if self.authorities.is_some() && self.crl_folder.is_none() && self.revocation == Revocation::Lists {
            return Err(fault(
                "machines.crl_folder",
                "must name the folder with the revocation lists of `authorities`; `revocation = \"unchecked\"` does without",
            ));
        }
        let is_https = |address: &String| {
            url::Url::parse(address).is_ok_and(|url| url.scheme() == "https") && !address.ends_with('/')
        };
        if self.address.as_ref().is_some_and(|address| !is_https(address)) {
            return Err(fault(
                "machines.address",
                "must be https, without a trailing slash",
            ));
        }
        Ok(())
    }
}
