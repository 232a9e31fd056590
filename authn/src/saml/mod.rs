// SPDX-License-Identifier: Apache-2.0
//! SAML 2.0, as far as both roles share it: the bytes of a message become something that may be
//! believed, and what we say becomes bytes.
//!
//! The pipeline has a type for each step, and no step can be left out:
//!
//! 1. [`Gated`]: bytes within their limits and free of everything that two parsers might read
//!    differently. Nothing else reaches the C libraries.
//! 2. [`Verified`]: the canonical bytes that a known key signed. A reader gets these, never the
//!    message: what was not digested does not exist for it.
//! 3. [`read`]: children, attributes and text of verified bytes, with exact names.
//!
//! The other way, [`write::Element`] writes exclusive canonical XML in the first place, so a
//! signature ([`sign`]) is a digest over our own text and needs no C library.
//!
//! Boundaries: `now` and `rng` come in. samael is used for one thing, the verification of XML
//! signatures by libxmlsec1; that is slow enough, and C enough, to be called through one door at a
//! time ([`signature::verify`]) and by the house only off its answering threads.

pub mod certificate;
pub mod credential;
pub mod decryption;
pub mod gate;
pub mod idp;
pub mod keys;
pub mod metadata;
pub mod post;
pub mod read;
pub mod redirect;
mod refused;
mod self_signed;
pub mod sign;
pub mod signature;
pub mod write;

pub use certificate::PeerKey;
pub use credential::Credential;
pub use gate::{Gated, Limits};
pub use refused::Refused;
pub use signature::Verified;

/// The namespace of assertions.
pub const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The namespace of the protocol.
pub const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// The namespace of metadata.
pub const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// The namespace of XML signatures.
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The namespace of XML encryption.
pub const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// The namespace of what XML encryption added later.
pub const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
/// The binding by redirect (SAML bindings, section 3.4).
pub const HTTP_REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// The binding by form (SAML bindings, section 3.5).
pub const HTTP_POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

/// The binding by call, without a browser (SAML bindings, section 3.2).
pub const SOAP: &str = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";

/// How far two clocks may differ, unless a source says otherwise.
pub const SKEW: chrono::TimeDelta = chrono::TimeDelta::seconds(60);
/// The most that may be granted for two clocks.
pub const GREATEST_SKEW: chrono::TimeDelta = chrono::TimeDelta::seconds(180);

/// A new id of a message or an assertion: 160 random bits, and a letter first, as an XML id wants.
pub fn fresh_id(rng: &mut impl rand::CryptoRng) -> String {
    let mut bytes = [0_u8; 20];
    rng.fill_bytes(&mut bytes);
    format!("id{}", hex::encode(bytes))
}

/// A moment as SAML writes it (SAML core, section 1.3.3).
pub fn instant(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A RelayState that came with a message: at most 80 bytes (SAML bindings, section 3.4.3), and
/// never an address to go to (S14).
pub fn relay_state(sent: Option<&str>) -> Result<Option<String>, Refused> {
    match sent {
        Some(state) if state.len() > 80 => Err(Refused::Length(80)),
        Some("") | None => Ok(None),
        Some(state) => Ok(Some(state.to_owned())),
    }
}
