// SPDX-License-Identifier: Apache-2.0
//! Certificates of programs: TLS proves that the caller holds the key, and nothing more is asked of it there.
//! Whose it is, clients' records say (RFC 8705); whether a trusted authority issued it, and still stands by it, is
//! asked here.

use std::path::Path;
use std::sync::Arc;

use authn::certificate::Certificate;
use authn::oidc::token::tls_certificate::Authorities;
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::app::House;
use crate::cards::{self, CardsError};
use crate::config::machines::{Machines, Revocation};
use crate::possession::Possession;
use crate::revocation::Lists;

/// Certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file is not what it should be.
    #[error("`{file}` cannot be used: {cause}")]
    File {
        /// The file.
        file: String,
        /// Why.
        cause: String,
    },
}

/// The certificate that a connection proved to hold, with what was sent along.
#[derive(Clone, Debug)]
pub struct PeerCertificate {
    /// SHA-256 of it, base64url (`x5t#S256`).
    pub thumbprint: String,
    chain: Arc<[CertificateDer<'static>]>,
}

impl PeerCertificate {
    /// Whether `now` lies within its validity. One that cannot be read is never in force.
    pub fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        let leaf = self.chain.first().map(|der| Certificate::from_der(der));
        leaf.is_some_and(|leaf| leaf.is_ok_and(|leaf| leaf.is_valid_at(now)))
    }

    /// The first of a chain.
    pub fn of(chain: &[CertificateDer<'_>]) -> Option<Self> {
        let first = chain.first()?;
        let hash = digest::digest(&digest::SHA256, first.as_ref());
        Some(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(hash.as_ref()),
            chain: chain.iter().map(|one| one.clone().into_owned()).collect(),
        })
    }
}

/// What certificates of programs need, where authorities for them are configured.
#[derive(Debug)]
pub struct Desk {
    authorities: Authorities,
    /// Revocation lists at hand.
    pub lists: Lists,
}

impl Desk {
    /// As the configuration says; none without authorities.
    pub fn open(config: &Machines) -> Result<Option<Self>, CardsError> {
        let Some(file) = &config.authorities else {
            return Ok(None);
        };
        let known = cards::certificates(file)?;
        let folder = config.crl_folder.clone();
        let grace = TimeDelta::hours(config.crl_grace_hours.into());
        let takes_undetermined = config.revocation == Revocation::Unchecked;
        Ok(Some(Self {
            lists: Lists::new("machines", folder, config.crl_memory_mib, known.clone()),
            authorities: Authorities::of(known, grace, takes_undetermined),
        }))
    }

    /// The names of the authorities, DER.
    pub fn hints(&self) -> Vec<Vec<u8>> {
        let signers = self.lists.signers().iter();
        signers.map(|one| one.subject().der().to_vec()).collect()
    }
}

impl House {
    /// Whether an authority for programs says that `certificate` is for the host `name`, now. Why not is logged.
    pub fn is_program(&self, certificate: &PeerCertificate, name: &str) -> bool {
        let Some(desk) = &self.machines else {
            return false;
        };
        let chain = certificate.chain.iter().map(AsRef::as_ref);
        let judged = desk
            .authorities
            .judge(chain, name, &desk.lists.load(), self.now());
        if let Err(refused) = judged {
            tracing::info!(name, reason = %refused, "a program's certificate was refused");
        }
        judged.is_ok()
    }
}

/// TLS that asks for a certificate and takes any, if the caller holds its key.
pub fn config(chain: &Path, key: &Path) -> Result<ServerConfig, CertificateError> {
    let private = PrivateKeyDer::from_pem_file(key).map_err(|cause| bad(key, cause))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|cause| bad(chain, cause))?
        .with_client_cert_verifier(Arc::new(Possession {
            hints: Vec::new(),
            provider,
        }))
        .with_single_cert(certificates(chain)?, private)
        .map_err(|cause| bad(chain, cause))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|cause| bad(file, cause))
}

fn bad(file: &Path, cause: impl std::fmt::Display) -> CertificateError {
    CertificateError::File {
        file: file.display().to_string(),
        cause: cause.to_string(),
    }
}
