// SPDX-License-Identifier: Apache-2.0
//! A peer's key, as its metadata gives it. The certificate around it is only a wrapping: nobody's
//! path is built, no date looked at (SAML metadata, section 2.4.1.1; the interoperability profile
//! says so in its section 2.6.1). The key has to be one that is allowed here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Refused;
use super::sign::Algorithm;
use crate::certificate::Certificate;
use crate::certificate::signature::Scheme;

/// The key of a peer.
#[derive(Clone, Debug)]
pub struct PeerKey {
    certificate: Certificate,
}

impl PeerKey {
    /// From a certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, Refused> {
        let certificate = Certificate::from_der(der).map_err(|_| Refused::Value("X509Certificate"))?;
        if certificate.key().is_usable() {
            Ok(Self { certificate })
        } else {
            Err(Refused::Algorithm)
        }
    }

    /// From the text of a `ds:X509Certificate`.
    pub fn from_text(text: &str) -> Result<Self, Refused> {
        Self::from_der(&decoded(text, crate::certificate::LONGEST_CERTIFICATE)?)
    }

    /// The certificate it came in.
    pub fn der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// SHA-256 of the certificate, by which people compare it.
    pub fn fingerprint(&self) -> String {
        hex::encode(self.certificate.sha256())
    }

    /// The certificate, read.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Whether it can have made signatures by `algorithm`.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        self.certificate.key().fits(algorithm.scheme())
    }

    /// Whether it made this detached signature over `message`. ECDSA is taken both as XML signatures
    /// write it (RFC 4051, section 2.3.6) and in ASN.1, which many peers send by redirect.
    pub fn made(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let (scheme, hash) = (algorithm.scheme(), algorithm.hash());
        let key = self.certificate.key();
        if key.made(scheme, hash, message, signature) {
            return true;
        }
        scheme == Scheme::Ecdsa
            && fixed_to_asn1(signature).is_some_and(|asn1| key.made(scheme, hash, message, &asn1))
    }
}

impl PartialEq for PeerKey {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for PeerKey {}

/// Base64 with white space in it, of at most `limit` bytes.
pub(crate) fn decoded(text: &str, limit: usize) -> Result<Vec<u8>, Refused> {
    if text.len() / 2 > limit {
        return Err(Refused::Length(limit));
    }
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(compact).map_err(|_| Refused::Base64)?;
    if bytes.len() <= limit {
        Ok(bytes)
    } else {
        Err(Refused::Length(limit))
    }
}

/// `r` and `s`, of one length, as ASN.1 wants them.
fn fixed_to_asn1(signature: &[u8]) -> Option<Vec<u8>> {
    if signature.len() > 132 || !signature.len().is_multiple_of(2) {
        return None;
    }
    let (r, s) = signature.split_at_checked(signature.len() / 2)?;
    let body = [super::self_signed::unsigned(r), super::self_signed::unsigned(s)].concat();
    Some(super::self_signed::sequence(&body))
}
