// SPDX-License-Identifier: Apache-2.0
//! Certificates of programs: TLS proves that the caller holds the key, and nothing more is asked of it there.
//! Whose it is, clients' records say (RFC 8705); whether a trusted authority issued it is asked here.

use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};

use crate::possession::Possession;

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

/// The authorities whose certificates count.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Option<Arc<dyn ClientCertVerifier>>);

impl Authorities {
    /// Reads them; no file, no authority.
    pub fn read(file: Option<&Path>) -> Result<Self, CertificateError> {
        let Some(file) = file else {
            return Ok(Self::default());
        };
        let mut roots = RootCertStore::empty();
        for certificate in certificates(file)? {
            roots.add(certificate).map_err(|cause| bad(file, cause))?;
        }
        let verifier = WebPkiClientVerifier::builder(roots.into())
            .build()
            .map_err(|cause| bad(file, cause))?;
        Ok(Self(Some(verifier)))
    }

    /// Whether one of them says that `certificate` is for the host `name`, now.
    pub fn say(&self, certificate: &PeerCertificate, name: &str, now: DateTime<Utc>) -> bool {
        let (Some(verifier), Some((first, rest))) = (&self.0, certificate.chain.split_first()) else {
            return false;
        };
        let Ok(seconds) = u64::try_from(now.timestamp()) else {
            return false;
        };
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let is_issued = verifier.verify_client_cert(first, rest, at).is_ok();
        let names = ParsedCertificate::try_from(first)
            .ok()
            .zip(ServerName::try_from(name).ok());
        is_issued && names.is_some_and(|(parsed, name)| verify_server_name(&parsed, &name).is_ok())
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
