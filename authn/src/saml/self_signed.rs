// SPDX-License-Identifier: Apache-2.0
//! The certificate around our own key, because metadata carries keys in certificates. It says
//! nothing but the key; peers take it because it is in our metadata.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use chrono::{DateTime, Utc};
use rand::CryptoRng;

use super::credential::{CredentialError, Pair};

/// sha256WithRSAEncryption and ecdsa-with-SHA256 (RFC 4055, RFC 5758), encoded.
const RSA_SHA256: [u8; 15] = [
    0x30, 13, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0,
];
const ECDSA_SHA256: [u8; 12] = [0x30, 10, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// id-at-commonName, encoded.
const COMMON_NAME: [u8; 5] = [0x06, 3, 0x55, 4, 3];

/// A certificate for the key of `pair`, signed by itself (RFC 5280, version 3 without extensions).
pub(super) fn certificate(
    pair: &Pair,
    name: &str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, CredentialError> {
    let algorithm: &[u8] = match pair {
        Pair::Ecdsa(_) => &ECDSA_SHA256,
        Pair::Rsa(_) => &RSA_SHA256,
    };
    let mut serial = [0_u8; 16];
    rng.fill_bytes(&mut serial);
    let common_name = [COMMON_NAME.to_vec(), element(0x0c, name.as_bytes())].concat();
    let name = sequence(&element(0x31, &sequence(&common_name)));
    let validity = sequence(&[time(from), time(until)].concat());
    let key = public_key(pair)?;
    // The version has to say 3 where peers are strict, though there are no extensions.
    let version = element(0xa0, &[0x02, 1, 2]);
    let body = sequence(
        &[
            &version,
            &unsigned(&serial),
            algorithm,
            &name,
            &validity,
            &name,
            &key,
        ]
        .map(<[u8]>::to_vec)
        .concat(),
    );
    let signature = pair.sign_asn1(&body)?;
    let signature = element(0x03, &[vec![0], signature].concat());
    Ok(sequence(&[body, algorithm.to_vec(), signature].concat()))
}

fn public_key(pair: &Pair) -> Result<Vec<u8>, CredentialError> {
    use aws_lc_rs::signature::KeyPair;
    let der: PublicKeyX509Der<'_> = match pair {
        Pair::Ecdsa(pair) => pair.public_key().as_der(),
        Pair::Rsa(pair) => pair.public_key().as_der(),
    }
    .map_err(|_| CredentialError::Library)?;
    Ok(der.as_ref().to_vec())
}

/// Times before 2050 are UTCTime (RFC 5280, section 4.1.2.5).
fn time(at: DateTime<Utc>) -> Vec<u8> {
    if at.format("%Y").to_string().as_str() < "2050" {
        element(0x17, at.format("%y%m%d%H%M%SZ").to_string().as_bytes())
    } else {
        element(0x18, at.format("%Y%m%d%H%M%SZ").to_string().as_bytes())
    }
}

/// A SEQUENCE.
pub(super) fn sequence(content: &[u8]) -> Vec<u8> {
    element(0x30, content)
}

/// An INTEGER that is not negative.
pub(super) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let first = bytes
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(bytes.len().saturating_sub(1));
    let mut digits: Vec<u8> = bytes.iter().copied().skip(first).collect();
    if digits.first().is_none_or(|byte| *byte >= 0x80) {
        digits.insert(0, 0);
    }
    element(0x02, &digits)
}

/// An element of DER.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut encoded = vec![tag];
    if length < 0x80 {
        encoded.push(length as u8);
    } else {
        let digits: Vec<u8> = length
            .to_be_bytes()
            .into_iter()
            .skip_while(|byte| *byte == 0)
            .collect();
        encoded.push(0x80 | digits.len() as u8);
        encoded.extend(digits);
    }
    encoded.extend_from_slice(content);
    encoded
}
