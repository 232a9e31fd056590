// SPDX-License-Identifier: Apache-2.0
//! Encrypted assertions and names (XML Encryption 1.1). RSA-OAEP carries the key, AES-GCM the text;
//! nothing else is tried, because unauthenticated ciphers and PKCS #1 v1.5 turn an error into an
//! oracle. Whatever is wrong, the answer is [`Refused::Decryption`].

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
    OaepAlgorithm, OaepPrivateDecryptingKey,
};
use roxmltree::Node;
use zeroize::Zeroizing;

use super::certificate::decoded;
use super::gate::{Gated, Limits};
use super::read::{self, is};
use super::{Credential, DS, Refused, XENC, XENC11};

/// AES-128-GCM.
pub const AES128_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
/// AES-256-GCM.
pub const AES256_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
/// RSA-OAEP with SHA-1 throughout, as XML Encryption 1.0 has it. A collision of SHA-1 does not
/// help against OAEP, and many peers know no other.
pub const RSA_OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
/// RSA-OAEP with hashes that are named.
pub const RSA_OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
/// Recipients of one text.
const MOST_KEYS: usize = 8;

/// Decrypts the content of an `EncryptedAssertion` or `EncryptedID` by one of our keys.
pub fn decrypt(encrypted: Node<'_, '_>, keys: &[&Credential]) -> Result<Gated, Refused> {
    attempt(encrypted, keys).ok_or(Refused::Decryption)
}

fn attempt(encrypted: Node<'_, '_>, keys: &[&Credential]) -> Option<Gated> {
    let data = read::only(encrypted, XENC, "EncryptedData").ok()?;
    let method = read::only(data, XENC, "EncryptionMethod").ok()?;
    let algorithm = match method.attribute("Algorithm")? {
        AES128_GCM => &AES_128_GCM,
        AES256_GCM => &AES_256_GCM,
        _ => return None,
    };
    let text = cipher_value(data, Limits::MESSAGE.bytes)?;
    // Inside of the text's KeyInfo, or beside the text.
    let wrapped: Vec<Node<'_, '_>> = encrypted
        .descendants()
        .filter(|node| is(*node, XENC, "EncryptedKey"))
        .collect();
    if wrapped.len() > MOST_KEYS {
        return None;
    }
    let key = wrapped
        .into_iter()
        .find_map(|wrapped| unwrap(wrapped, keys, algorithm.key_len()))?;
    let key = LessSafeKey::new(UnboundKey::new(algorithm, &key).ok()?);
    let (nonce, body) = text.split_at_checked(12)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut body = body.to_vec();
    let plain = key.open_in_place(nonce, Aad::empty(), &mut body).ok()?;
    Gated::admit(plain, &Limits::MESSAGE).ok()
}

fn unwrap(wrapped: Node<'_, '_>, keys: &[&Credential], length: usize) -> Option<Zeroizing<Vec<u8>>> {
    let method = read::only(wrapped, XENC, "EncryptionMethod").ok()?;
    let algorithm = oaep(method)?;
    let sealed = cipher_value(wrapped, 2048)?;
    keys.iter().find_map(|key| {
        let key = OaepPrivateDecryptingKey::new(key.decrypting()?).ok()?;
        let mut room = Zeroizing::new(vec![0_u8; key.min_output_size()]);
        let opened = key.decrypt(algorithm, &sealed, &mut room, None).ok()?;
        (opened.len() == length).then(|| Zeroizing::new(opened.to_vec()))
    })
}

/// The hash and the mask of an encryption method, where they are a pair that is known.
fn oaep(method: Node<'_, '_>) -> Option<&'static OaepAlgorithm> {
    if read::maybe(method, XENC, "OAEPparams").ok()?.is_some() {
        return None;
    }
    let digest = match read::maybe(method, DS, "DigestMethod").ok()? {
        Some(digest) => digest.attribute("Algorithm")?,
        None => "http://www.w3.org/2000/09/xmldsig#sha1",
    };
    let mask = match read::maybe(method, XENC11, "MGF").ok()? {
        Some(mask) => mask.attribute("Algorithm")?,
        None => "http://www.w3.org/2009/xmlenc11#mgf1sha1",
    };
    match (method.attribute("Algorithm")?, digest, mask) {
        (
            RSA_OAEP_MGF1P | RSA_OAEP,
            "http://www.w3.org/2000/09/xmldsig#sha1",
            "http://www.w3.org/2009/xmlenc11#mgf1sha1",
        ) => Some(&OAEP_SHA1_MGF1SHA1),
        (
            RSA_OAEP,
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2009/xmlenc11#mgf1sha256",
        ) => Some(&OAEP_SHA256_MGF1SHA256),
        (
            RSA_OAEP,
            "http://www.w3.org/2001/04/xmldsig-more#sha384",
            "http://www.w3.org/2009/xmlenc11#mgf1sha384",
        ) => Some(&OAEP_SHA384_MGF1SHA384),
        (
            RSA_OAEP,
            "http://www.w3.org/2001/04/xmlenc#sha512",
            "http://www.w3.org/2009/xmlenc11#mgf1sha512",
        ) => Some(&OAEP_SHA512_MGF1SHA512),
        _ => None,
    }
}

fn cipher_value(of: Node<'_, '_>, limit: usize) -> Option<Vec<u8>> {
    let data = read::only(of, XENC, "CipherData").ok()?;
    let value = read::only(data, XENC, "CipherValue").ok()?;
    decoded(&read::text(value).ok()?, limit).ok()
}
