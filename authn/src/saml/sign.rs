// SPDX-License-Identifier: Apache-2.0
//! Enveloped signatures over what we write (XML Signature, SAML core section 5.4), and the list of
//! algorithms that count.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::credential::{Credential, CredentialError};
use super::write::{Element, Space};
use crate::certificate::signature::{Hash, Scheme};

/// Exclusive canonicalisation, without comments.
pub const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The transform that leaves out the signature itself.
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Digest methods that count.
pub const DIGESTS: [&str; 3] = [
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];

/// Signature methods that count: no SHA-1, no HMAC, no DSA (S12).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Algorithm {
    /// ECDSA with SHA-256.
    EcdsaSha256,
    /// ECDSA with SHA-384.
    EcdsaSha384,
    /// ECDSA with SHA-512.
    EcdsaSha512,
    /// RSA (PKCS #1) with SHA-256.
    RsaSha256,
    /// RSA (PKCS #1) with SHA-384.
    RsaSha384,
    /// RSA (PKCS #1) with SHA-512.
    RsaSha512,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
    ];

    /// Its identifier (RFC 4051).
    pub fn uri(self) -> &'static str {
        match self {
            Self::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            Self::EcdsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            Self::EcdsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Self::RsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            Self::RsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        }
    }

    /// The algorithm with this identifier.
    pub fn named(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.uri() == uri)
    }

    pub(super) fn scheme(self) -> Scheme {
        match self {
            Self::EcdsaSha256 | Self::EcdsaSha384 | Self::EcdsaSha512 => Scheme::Ecdsa,
            Self::RsaSha256 | Self::RsaSha384 | Self::RsaSha512 => Scheme::Pkcs1,
        }
    }

    pub(super) fn hash(self) -> Hash {
        match self {
            Self::EcdsaSha256 | Self::RsaSha256 => Hash::Sha256,
            Self::EcdsaSha384 | Self::RsaSha384 => Hash::Sha384,
            Self::EcdsaSha512 | Self::RsaSha512 => Hash::Sha512,
        }
    }
}

/// `element`, which has an `ID`, with a signature over itself.
pub fn signed(mut element: Element, by: &Credential) -> Result<Element, CredentialError> {
    let id = element.attribute("ID").unwrap_or_default().to_owned();
    let digest = digest::digest(&digest::SHA256, element.canonical().as_bytes());
    let method = |name, uri: &str| Element::new(Space::Ds, name).with("Algorithm", uri);
    let transforms = Element::new(Space::Ds, "Transforms")
        .child(method("Transform", ENVELOPED))
        .child(method("Transform", EXCLUSIVE_C14N));
    let reference = Element::new(Space::Ds, "Reference")
        .with("URI", format!("#{id}"))
        .child(transforms)
        .child(method("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256"))
        .child(Element::new(Space::Ds, "DigestValue").text(STANDARD.encode(digest.as_ref())));
    let signed_info = Element::new(Space::Ds, "SignedInfo")
        .child(method("CanonicalizationMethod", EXCLUSIVE_C14N))
        .child(method("SignatureMethod", by.algorithm().uri()))
        .child(reference);
    let value = by.sign(signed_info.canonical().as_bytes())?;
    let signature = Element::new(Space::Ds, "Signature")
        .child(signed_info)
        .child(Element::new(Space::Ds, "SignatureValue").text(STANDARD.encode(value)))
        .child(key_info(by));
    element.insert_signature(signature);
    Ok(element)
}

/// The certificate of a key, as signatures and metadata carry it.
pub fn key_info(of: &Credential) -> Element {
    Element::new(Space::Ds, "KeyInfo").child(
        Element::new(Space::Ds, "X509Data")
            .child(Element::new(Space::Ds, "X509Certificate").text(of.certificate_text())),
    )
}
