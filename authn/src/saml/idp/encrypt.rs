// SPDX-License-Identifier: Apache-2.0
//! Encrypted assertions (XML Encryption 1.1): AES-GCM for the content, RSA-OAEP for its key, and
//! nothing else. A service provider that can do neither is told in clear or not at all; which, an
//! administrator decides.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPublicEncryptingKey, PublicEncryptingKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::ServiceProvider;
use crate::saml::PeerKey;
use crate::saml::decryption::{AES128_GCM, AES256_GCM, RSA_OAEP, RSA_OAEP_MGF1P};
use crate::saml::write::{Element, Space};

/// The type of an element as content.
const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";

/// An assertion could not be encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EncryptError {
    /// Its key is no RSA key that can be used.
    #[error("the service provider's key is no RSA key of 2048 bits or more")]
    Key,
    /// The cryptographic library refused.
    #[error("the assertion cannot be encrypted")]
    Library,
}

/// By what an assertion is encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Method {
    content: Content,
    transport: Transport,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Content {
    Aes128Gcm,
    Aes256Gcm,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Transport {
    /// With SHA-256, as XML Encryption 1.1 names it.
    Oaep,
    /// With SHA-1, whose weakness does not matter here: what everybody understands.
    OaepMgf1p,
}

impl Method {
    /// The strongest that metadata names; where it names none of a kind, what every implementation
    /// has. `None` if it names only what is not done here.
    pub fn chosen(provider: &ServiceProvider) -> Option<Self> {
        let named = &provider.encryption_methods;
        let has = |uri: &str| named.contains(uri);
        let transports = named.iter().any(|uri| uri.contains("rsa"));
        let contents = named.iter().any(|uri| !uri.contains("rsa"));
        let content = if has(AES256_GCM) || !contents {
            Content::Aes256Gcm
        } else if has(AES128_GCM) {
            Content::Aes128Gcm
        } else {
            return None;
        };
        let transport = if has(RSA_OAEP_MGF1P) || !transports {
            Transport::OaepMgf1p
        } else if has(RSA_OAEP) {
            Transport::Oaep
        } else {
            return None;
        };
        Some(Self { content, transport })
    }
}

/// `plain`, which is canonical, as a `saml:EncryptedAssertion` that only the holder of `key` reads.
pub fn encrypted(
    plain: &str,
    key: &PeerKey,
    method: Method,
    rng: &mut impl CryptoRng,
) -> Result<Element, EncryptError> {
    let (algorithm, uri) = match method.content {
        Content::Aes128Gcm => (&AES_128_GCM, AES128_GCM),
        Content::Aes256Gcm => (&AES_256_GCM, AES256_GCM),
    };
    let mut content_key = Zeroizing::new(vec![0_u8; algorithm.key_len()]);
    rng.fill_bytes(&mut content_key);
    let mut nonce = [0_u8; NONCE_LEN];
    rng.fill_bytes(&mut nonce);
    let cipher = UnboundKey::new(algorithm, &content_key).map_err(|_| EncryptError::Library)?;
    let mut body = plain.as_bytes().to_vec();
    LessSafeKey::new(cipher)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut body)
        .map_err(|_| EncryptError::Library)?;
    let sealed = [nonce.as_slice(), &body].concat();

    let data = Element::new(Space::Xenc, "EncryptedData")
        .with("Type", ELEMENT)
        .child(Element::new(Space::Xenc, "EncryptionMethod").with("Algorithm", uri))
        .child(Element::new(Space::Ds, "KeyInfo").child(wrapped(&content_key, key, method.transport)?))
        .child(cipher_data(&sealed));
    Ok(Element::new(Space::Saml, "EncryptedAssertion").child(data))
}

/// The content's key, for the holder of `key`.
fn wrapped(content_key: &[u8], key: &PeerKey, transport: Transport) -> Result<Element, EncryptError> {
    let (algorithm, method): (&'static OaepAlgorithm, Element) = match transport {
        Transport::Oaep => (
            &OAEP_SHA256_MGF1SHA256,
            encryption_method(RSA_OAEP)
                .child(digest("http://www.w3.org/2001/04/xmlenc#sha256"))
                .child(
                    Element::new(Space::Xenc11, "MGF")
                        .with("Algorithm", "http://www.w3.org/2009/xmlenc11#mgf1sha256"),
                ),
        ),
        Transport::OaepMgf1p => (
            &OAEP_SHA1_MGF1SHA1,
            encryption_method(RSA_OAEP_MGF1P).child(digest("http://www.w3.org/2000/09/xmldsig#sha1")),
        ),
    };
    let public = PublicEncryptingKey::from_der(key.certificate().key_info())
        .and_then(|public| Ok(OaepPublicEncryptingKey::new(public)?))
        .map_err(|_| EncryptError::Key)?;
    let mut room = vec![0_u8; public.ciphertext_size()];
    let sealed = public
        .encrypt(algorithm, content_key, &mut room, None)
        .map_err(|_| EncryptError::Key)?;
    let certificate = Element::new(Space::Ds, "X509Certificate").text(STANDARD.encode(key.der()));
    let recipient =
        Element::new(Space::Ds, "KeyInfo").child(Element::new(Space::Ds, "X509Data").child(certificate));
    Ok(Element::new(Space::Xenc, "EncryptedKey")
        .child(method)
        .child(recipient)
        .child(cipher_data(sealed)))
}

fn encryption_method(uri: &str) -> Element {
    Element::new(Space::Xenc, "EncryptionMethod").with("Algorithm", uri)
}

fn digest(uri: &str) -> Element {
    Element::new(Space::Ds, "DigestMethod").with("Algorithm", uri)
}

fn cipher_data(bytes: &[u8]) -> Element {
    let value = Element::new(Space::Xenc, "CipherValue").text(STANDARD.encode(bytes));
    Element::new(Space::Xenc, "CipherData").child(value)
}
