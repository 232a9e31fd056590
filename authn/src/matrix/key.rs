// SPDX-License-Identifier: Apache-2.0
//! Ed25519 keys, and signatures over JSON objects (appendices, sections 2 and 4).

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};

use super::canonical::{self, NotCanonical};

/// Base64 without padding; read with or without.
pub const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        // The specification's own seed ends in bits that stand for nothing.
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A seed that makes no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an Ed25519 seed has 32 bytes")]
pub struct BadSeed;

/// A key that signs.
pub struct SigningKey {
    id: String,
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// The key named `id` (`ed25519:…`) of a seed.
    pub fn from_seed(id: impl Into<String>, seed: &[u8]) -> Result<Self, BadSeed> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| BadSeed)?;
        Ok(Self { id: id.into(), pair })
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its public half, as it is published.
    pub fn public(&self) -> String {
        BASE64.encode(self.pair.public_key().as_ref())
    }

    /// The signature over an object without what is never signed.
    pub fn signature(&self, object: &Map<String, Value>) -> Result<String, NotCanonical> {
        let bytes = canonical::object(&signed_part(object))?;
        Ok(BASE64.encode(self.pair.sign(&bytes).as_ref()))
    }

    /// Adds the signature to an object, in the name of `server`.
    pub fn sign(&self, server: &str, object: &mut Map<String, Value>) -> Result<(), NotCanonical> {
        let signature = self.signature(object)?;
        add(object, server, &self.id, &signature);
        Ok(())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A key that checks signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyKey(Vec<u8>);

impl VerifyKey {
    /// Reads a public half as it is published; none where it is no key.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text).ok()?;
        (bytes.len() == 32).then_some(Self(bytes))
    }

    /// Whether `signature` was made over `object` with its other half.
    pub fn fits(&self, object: &Map<String, Value>, signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature) else {
            return false;
        };
        canonical::object(&signed_part(object)).is_ok_and(|bytes| {
            UnparsedPublicKey::new(&ED25519, &self.0)
                .verify(&bytes, &signature)
                .is_ok()
        })
    }
}

/// The signatures of `server` on an object, by the names of their keys.
pub fn signatures_of<'a>(
    object: &'a Map<String, Value>,
    server: &str,
) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    let of_server = object.get("signatures").and_then(|all| all.get(server));
    let signatures = of_server.and_then(Value::as_object).into_iter().flatten();
    signatures.filter_map(|(id, signature)| Some((id.as_str(), signature.as_str()?)))
}

/// Adds a signature to an object.
pub(super) fn add(object: &mut Map<String, Value>, server: &str, id: &str, signature: &str) {
    let all = object.entry("signatures").or_insert_with(|| json!({}));
    if let Some(all) = all.as_object_mut() {
        let of_server = all.entry(server).or_insert_with(|| json!({}));
        if let Some(of_server) = of_server.as_object_mut() {
            of_server.insert(id.to_owned(), signature.into());
        }
    }
}

/// An object without its signatures and what servers add on the way.
fn signed_part(object: &Map<String, Value>) -> Map<String, Value> {
    let kept = object
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "signatures" | "unsigned"));
    kept.map(|(name, member)| (name.clone(), member.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        // The key of the specification's examples.
        let seed = BASE64
            .decode("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")
            .unwrap();
        SigningKey::from_seed("ed25519:1", &seed).unwrap()
    }

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    /// Appendices, section "Cryptographic test vectors".
    #[test]
    fn the_specifications_signatures_come_out() {
        assert_eq!(key().public(), "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI");
        assert_eq!(
            key().signature(&map(json!({}))).unwrap(),
            "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"
        );
        assert_eq!(
            key().signature(&map(json!({"one": 1, "two": "Two"}))).unwrap(),
            "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw"
        );
    }

    #[test]
    fn a_signature_fits_its_object_alone_and_not_what_is_unsigned() {
        let mut object = map(json!({"one": 1}));
        key().sign("domain", &mut object).unwrap();
        let public = VerifyKey::read(&key().public()).unwrap();
        let (_, signature) = signatures_of(&object, "domain").next().unwrap();
        let signature = signature.to_owned();
        assert!(public.fits(&object, &signature));
        object.insert("unsigned".into(), json!({"age": 5}));
        assert!(public.fits(&object, &signature));
        object.insert("one".into(), json!(2));
        assert!(!public.fits(&object, &signature));
        assert_eq!(signatures_of(&object, "elsewhere").count(), 0);
    }
}
