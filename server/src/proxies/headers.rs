// SPDX-License-Identifier: Apache-2.0
//! What a proxy that ended TLS says about the certificate that it saw: one header for the leaf, one
//! for the rest of the chain, each at most once. Its word that the certificate is good is not asked
//! for; everything is checked again here.

use authn::certificate::pem_certificates;
use authn::factor::card::Presented;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_authn as authn;
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// The leaf: URL-encoded PEM, or base64 DER.
pub const LEAF: &str = "x-countersign-client-certificate";
/// The rest of the chain: URL-encoded PEM.
pub const CHAIN: &str = "x-countersign-client-chain";
/// The proxy's proof.
pub const SECRET: &str = "x-countersign-proxy-secret";
const LONGEST: usize = 64 * 1024;
const MOST: usize = 8;

/// Why headers count for nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadHeaders {
    /// There twice, too long, or not of the form.
    #[error("a certificate header is there twice, too long or cannot be read")]
    Malformed,
    /// The proxy did not prove itself.
    #[error("the proxy's secret is missing or wrong")]
    Unproven,
}

/// Whether the proxy proved itself.
pub fn proven(headers: &HeaderMap, secret: &SecretString) -> Result<(), BadHeaders> {
    let sent = once(headers, SECRET)?.unwrap_or_default();
    let is_right: bool = sent.as_bytes().ct_eq(secret.expose_secret().as_bytes()).into();
    is_right.then_some(()).ok_or(BadHeaders::Unproven)
}

/// What the browser presented, as the proxy saw it.
pub fn presented(headers: &HeaderMap) -> Result<Presented, BadHeaders> {
    let leaf = once(headers, LEAF)?.unwrap_or_default();
    let rest = once(headers, CHAIN)?.unwrap_or_default();
    if leaf.is_empty() {
        return Ok(Presented::default());
    }
    let mut chain = certificates(leaf)?;
    if chain.len() != 1 {
        return Err(BadHeaders::Malformed);
    }
    if !rest.is_empty() {
        chain.extend(certificates(rest)?);
    }
    if chain.len() > MOST {
        return Err(BadHeaders::Malformed);
    }
    Ok(Presented { chain })
}

/// Takes away what only a proxy may say.
pub fn strip(headers: &mut HeaderMap) {
    for name in [LEAF, CHAIN, SECRET] {
        headers.remove(name);
    }
}

fn once<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, BadHeaders> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() {
        return Err(BadHeaders::Malformed);
    }
    let Some(value) = value else { return Ok(None) };
    let text = value.to_str().map_err(|_| BadHeaders::Malformed)?;
    if text.len() > LONGEST {
        return Err(BadHeaders::Malformed);
    }
    Ok(Some(text))
}

fn certificates(text: &str) -> Result<Vec<Vec<u8>>, BadHeaders> {
    if !text.contains("BEGIN") {
        let der = STANDARD.decode(text).map_err(|_| BadHeaders::Malformed)?;
        return Ok(vec![der]);
    }
    let decoded = percent_decoded(text).ok_or(BadHeaders::Malformed)?;
    let trimmed = decoded.trim();
    let is_whole =
        trimmed.starts_with("-----BEGIN CERTIFICATE-----") && trimmed.ends_with("-----END CERTIFICATE-----");
    if !is_whole {
        return Err(BadHeaders::Malformed);
    }
    pem_certificates(trimmed.as_bytes()).map_err(|_| BadHeaders::Malformed)
}

/// Undoes percent encoding. A plus stays a plus: base64 is full of them.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
