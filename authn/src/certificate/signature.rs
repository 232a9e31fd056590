// SPDX-License-Identifier: Apache-2.0
//! Who signed what: RSA from 2048 bits (PKCS #1 and PSS) and ECDSA on the NIST curves, SHA-256 and
//! longer. Everything else is an algorithm that nobody can have signed with.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::signature as lc;

use super::Oid;
use super::cursor::{Cursor, Element, INTEGER, OCTET_STRING, OID, SEQUENCE, tagged};
use super::parsed::Malformed;

const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: Oid = Oid::new_unwrap("1.2.840.113549.1.1.10");
const RSA_SHA256: Oid = Oid::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: Oid = Oid::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: Oid = Oid::new_unwrap("1.2.840.113549.1.1.13");
const EC: Oid = Oid::new_unwrap("1.2.840.10045.2.1");
const ECDSA_SHA256: Oid = Oid::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: Oid = Oid::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: Oid = Oid::new_unwrap("1.2.840.10045.4.3.4");
const P256: Oid = Oid::new_unwrap("1.2.840.10045.3.1.7");
const P384: Oid = Oid::new_unwrap("1.3.132.0.34");
const P521: Oid = Oid::new_unwrap("1.3.132.0.35");
const SHA256: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.3");
const MGF1: Oid = Oid::new_unwrap("1.2.840.113549.1.1.8");
const SHORTEST_RSA_BITS: usize = 2048;

/// What a signature is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scheme {
    Ecdsa,
    Pkcs1,
    Pss,
}

/// A public key, as far as it is known here.
#[derive(Clone, Debug)]
pub struct PublicKey {
    kind: Kind,
    bits: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    P256,
    P384,
    P521,
    Rsa,
    Unknown,
}

/// A signature and the digest of what it is over: enough to check it against any key, later.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    made: Option<(Scheme, Hash, Digest)>,
    signature: Vec<u8>,
}

impl PublicKey {
    /// From the content of a SubjectPublicKeyInfo.
    pub(super) fn read(info: Element<'_>) -> Result<Self, Malformed> {
        let mut fields = info.inside()?;
        let mut algorithm = fields.take(SEQUENCE)?.inside()?;
        let bits = fields.next()?.bits()?.to_vec();
        fields.end()?;
        let kind = match algorithm.next()?.oid()? {
            RSA | RSA_PSS if rsa_bits(&bits)? >= SHORTEST_RSA_BITS => Kind::Rsa,
            EC => match algorithm.maybe(OID)?.map(Element::oid).transpose()? {
                Some(P256) => Kind::P256,
                Some(P384) => Kind::P384,
                Some(P521) => Kind::P521,
                _ => Kind::Unknown,
            },
            _ => Kind::Unknown,
        };
        Ok(Self { kind, bits })
    }

    /// Whether this is a key that can be used here: RSA from 2048 bits, or a NIST curve.
    pub fn is_usable(&self) -> bool {
        self.kind != Kind::Unknown
    }

    /// Whether it can be used by this scheme.
    pub(crate) fn fits(&self, scheme: Scheme) -> bool {
        algorithm_for(scheme, self.kind, Hash::Sha256).is_some()
    }

    /// Whether it made this signature over `message`. That of ECDSA is in ASN.1.
    pub(crate) fn made(&self, scheme: Scheme, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        algorithm_for(scheme, self.kind, hash).is_some_and(|algorithm| {
            lc::UnparsedPublicKey::new(algorithm, &self.bits)
                .verify(message, signature)
                .is_ok()
        })
    }

    /// The bits of the key, as they are hashed for key identifiers.
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }
}

impl Signed {
    pub(super) fn read(
        signed: &[u8],
        algorithm: Element<'_>,
        signature: Element<'_>,
    ) -> Result<Self, Malformed> {
        let made = algorithm_of(algorithm)?.map(|(scheme, hash)| {
            let algorithm = match hash {
                Hash::Sha256 => &digest::SHA256,
                Hash::Sha384 => &digest::SHA384,
                Hash::Sha512 => &digest::SHA512,
            };
            (scheme, hash, digest::digest(algorithm, signed))
        });
        let signature = signature.bits()?.to_vec();
        Ok(Self { made, signature })
    }

    /// Whether `key` made this signature.
    pub(super) fn is_by(&self, key: &PublicKey) -> bool {
        let Some((scheme, hash, digest)) = &self.made else {
            return false;
        };
        let Some(algorithm) = algorithm_for(*scheme, key.kind, *hash) else {
            return false;
        };
        lc::UnparsedPublicKey::new(algorithm, &key.bits)
            .verify_digest(digest, &self.signature)
            .is_ok()
    }
}

fn algorithm_for(scheme: Scheme, kind: Kind, hash: Hash) -> Option<&'static dyn lc::VerificationAlgorithm> {
    let algorithm: &'static dyn lc::VerificationAlgorithm = match (scheme, kind, hash) {
        (Scheme::Pkcs1, Kind::Rsa, Hash::Sha256) => &lc::RSA_PKCS1_2048_8192_SHA256,
        (Scheme::Pkcs1, Kind::Rsa, Hash::Sha384) => &lc::RSA_PKCS1_2048_8192_SHA384,
        (Scheme::Pkcs1, Kind::Rsa, Hash::Sha512) => &lc::RSA_PKCS1_2048_8192_SHA512,
        (Scheme::Pss, Kind::Rsa, Hash::Sha256) => &lc::RSA_PSS_2048_8192_SHA256,
        (Scheme::Pss, Kind::Rsa, Hash::Sha384) => &lc::RSA_PSS_2048_8192_SHA384,
        (Scheme::Pss, Kind::Rsa, Hash::Sha512) => &lc::RSA_PSS_2048_8192_SHA512,
        (Scheme::Ecdsa, Kind::P256, Hash::Sha256) => &lc::ECDSA_P256_SHA256_ASN1,
        (Scheme::Ecdsa, Kind::P256, Hash::Sha384) => &lc::ECDSA_P256_SHA384_ASN1,
        (Scheme::Ecdsa, Kind::P256, Hash::Sha512) => &lc::ECDSA_P256_SHA512_ASN1,
        (Scheme::Ecdsa, Kind::P384, Hash::Sha256) => &lc::ECDSA_P384_SHA256_ASN1,
        (Scheme::Ecdsa, Kind::P384, Hash::Sha384) => &lc::ECDSA_P384_SHA384_ASN1,
        (Scheme::Ecdsa, Kind::P384, Hash::Sha512) => &lc::ECDSA_P384_SHA512_ASN1,
        (Scheme::Ecdsa, Kind::P521, Hash::Sha256) => &lc::ECDSA_P521_SHA256_ASN1,
        (Scheme::Ecdsa, Kind::P521, Hash::Sha384) => &lc::ECDSA_P521_SHA384_ASN1,
        (Scheme::Ecdsa, Kind::P521, Hash::Sha512) => &lc::ECDSA_P521_SHA512_ASN1,
        _ => return None,
    };
    Some(algorithm)
}

fn algorithm_of(algorithm: Element<'_>) -> Result<Option<(Scheme, Hash)>, Malformed> {
    let mut fields = algorithm.inside()?;
    Ok(match fields.next()?.oid()? {
        RSA_SHA256 => Some((Scheme::Pkcs1, Hash::Sha256)),
        RSA_SHA384 => Some((Scheme::Pkcs1, Hash::Sha384)),
        RSA_SHA512 => Some((Scheme::Pkcs1, Hash::Sha512)),
        ECDSA_SHA256 => Some((Scheme::Ecdsa, Hash::Sha256)),
        ECDSA_SHA384 => Some((Scheme::Ecdsa, Hash::Sha384)),
        ECDSA_SHA512 => Some((Scheme::Ecdsa, Hash::Sha512)),
        RSA_PSS => pss(fields)?.map(|hash| (Scheme::Pss, hash)),
        _ => None,
    })
}

/// RSASSA-PSS-params (RFC 4055) with one hash for both uses and a salt of its length.
fn pss(mut fields: Cursor<'_>) -> Result<Option<Hash>, Malformed> {
    let Some(parameters) = fields.maybe(SEQUENCE)? else {
        return Ok(None);
    };
    let mut parameters = parameters.inside()?;
    let (Some(hash), Some(mask), Some(salt)) = (
        parameters.maybe(tagged(0))?,
        parameters.maybe(tagged(1))?,
        parameters.maybe(tagged(2))?,
    ) else {
        return Ok(None);
    };
    let hash = hash_of(hash.inside()?.take(SEQUENCE)?)?;
    let mut mask = mask.inside()?.take(SEQUENCE)?.inside()?;
    let is_mgf1 = mask.next()?.oid()? == MGF1;
    let mask = hash_of(mask.take(SEQUENCE)?)?;
    let salt = salt.inside()?.take(INTEGER)?.value;
    let length: &[u8] = match hash {
        Some(Hash::Sha256) => &[32],
        Some(Hash::Sha384) => &[48],
        Some(Hash::Sha512) => &[64],
        None => return Ok(None),
    };
    Ok(hash.filter(|_| is_mgf1 && mask == hash && salt == length))
}

fn hash_of(algorithm: Element<'_>) -> Result<Option<Hash>, Malformed> {
    Ok(match algorithm.inside()?.next()?.oid()? {
        SHA256 => Some(Hash::Sha256),
        SHA384 => Some(Hash::Sha384),
        SHA512 => Some(Hash::Sha512),
        _ => None,
    })
}

fn rsa_bits(key: &[u8]) -> Result<usize, Malformed> {
    let mut fields = Cursor::sequence(key)?;
    let modulus = fields.take(INTEGER)?.value;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let unused = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    Ok((modulus.len() * 8).saturating_sub(unused))
}

/// The content of an octet string that `bytes` are, for key identifiers.
pub(super) fn octets(bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut outer = Cursor::over(bytes)?;
    let value = outer.take(OCTET_STRING)?.value.to_vec();
    outer.end()?;
    Ok(value)
}
