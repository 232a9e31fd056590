// SPDX-License-Identifier: Apache-2.0
//! The keys of a provider (RFC 7517). Only keys that can verify are taken in: no shared secrets, no RSA
//! below 2048 bits, and nothing that is meant for encryption.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeyUse};
use serde_json::{Map, Value, json};

use super::endpoints::object;
use super::{Fault, LONGEST_TOKEN};

const MOST_KEYS: usize = 100;
/// The least and the most bytes of an RSA modulus.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// Signatures by public keys. What is not among them is never taken, whatever a record says.
const ALGORITHMS: [(&str, CoreJwsSigningAlgorithm); 9] = [
    ("ES256", CoreJwsSigningAlgorithm::EcdsaP256Sha256),
    ("ES384", CoreJwsSigningAlgorithm::EcdsaP384Sha384),
    ("EdDSA", CoreJwsSigningAlgorithm::EdDsa),
    ("PS256", CoreJwsSigningAlgorithm::RsaSsaPssSha256),
    ("PS384", CoreJwsSigningAlgorithm::RsaSsaPssSha384),
    ("PS512", CoreJwsSigningAlgorithm::RsaSsaPssSha512),
    ("RS256", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256),
    ("RS384", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384),
    ("RS512", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512),
];

/// The keys of a provider.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    set: CoreJsonWebKeySet,
}

impl Keys {
    /// Reads a key set.
    pub fn read(body: &[u8]) -> Result<Self, Fault> {
        let document = object(body, "the key set")?;
        let keys = document.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or(Fault::Unreadable("the key set"))?;
        if keys.len() > MOST_KEYS {
            return Err(Fault::Unreadable("the key set"));
        }
        let kept: Vec<&Value> = keys.iter().filter(|key| is_fit(key)).collect();
        let set = serde_json::from_value(json!({ "keys": kept }));
        Ok(Self {
            set: set.map_err(|_| Fault::Unreadable("the key set"))?,
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.set.keys().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.set.keys().is_empty()
    }

    pub(super) fn set(&self) -> &CoreJsonWebKeySet {
        &self.set
    }

    pub(super) fn has(&self, kid: &str) -> bool {
        self.set
            .keys()
            .iter()
            .any(|key| key.key_id().is_some_and(|id| id.as_str() == kid))
    }

    /// The payload of a token that one of these keys signed, with its header.
    pub(super) fn verify(
        &self,
        token: &str,
        allowed: &[CoreJwsSigningAlgorithm],
        what: &'static str,
    ) -> Result<(Header, Vec<u8>), Fault> {
        let parts = Parts::of(token, what)?;
        let header = parts.header(what)?;
        let algorithm = header.algorithm(allowed, what)?;
        if header.kid.as_deref().is_some_and(|kid| !self.has(kid)) {
            return Err(Fault::UnknownKey);
        }
        let fits = |key: &&CoreJsonWebKey| {
            header
                .kid
                .as_deref()
                .is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid))
                && key.key_use().is_none_or(JsonWebKeyUse::allows_signature)
        };
        let signature = decode(parts.signature, what)?;
        let is_signed = self.set.keys().iter().filter(fits).any(|key| {
            key.verify_signature(&algorithm, parts.input.as_bytes(), &signature)
                .is_ok()
        });
        if !is_signed {
            return Err(super::broken(what, "no key of the source signed it"));
        }
        Ok((header, decode(parts.payload, what)?))
    }
}

/// The names of those algorithms that are taken.
pub(super) fn allowed<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<CoreJwsSigningAlgorithm> {
    names
        .into_iter()
        .filter_map(|name| ALGORITHMS.iter().find(|(known, _)| known == name))
        .map(|(_, algorithm)| algorithm.clone())
        .collect()
}

/// A compact token, cut.
pub(super) struct Parts<'a> {
    input: &'a str,
    head: &'a str,
    pub(super) payload: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn of(token: &'a str, what: &'static str) -> Result<Self, Fault> {
        let cut = || {
            if token.len() > LONGEST_TOKEN {
                return None;
            }
            let (input, signature) = token.rsplit_once('.')?;
            let (head, payload) = input.split_once('.')?;
            (!payload.contains('.')).then_some(Self {
                input,
                head,
                payload,
                signature,
            })
        };
        cut().ok_or_else(|| super::broken(what, "it is no signed token"))
    }

    pub(super) fn header(&self, what: &'static str) -> Result<Header, Fault> {
        let members = object(&decode(self.head, what)?, what)?;
        Header::of(&members).ok_or_else(|| super::broken(what, "its header cannot be read"))
    }
}

/// What counts of a header.
pub(super) struct Header {
    alg: String,
    pub(super) kid: Option<String>,
    pub(super) typ: Option<String>,
}

impl Header {
    fn of(members: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| match members.get(name) {
            None => Some(None),
            Some(Value::String(text)) => Some(Some(text.clone())),
            Some(_) => None,
        };
        if members.contains_key("crit") {
            return None;
        }
        Some(Self {
            alg: text("alg")??,
            kid: text("kid")?,
            typ: text("typ")?,
        })
    }

    pub(super) fn algorithm(
        &self,
        allowed: &[CoreJwsSigningAlgorithm],
        what: &'static str,
    ) -> Result<CoreJwsSigningAlgorithm, Fault> {
        ALGORITHMS
            .iter()
            .find(|(name, algorithm)| *name == self.alg && allowed.contains(algorithm))
            .map(|(_, algorithm)| algorithm.clone())
            .ok_or_else(|| super::broken(what, "it is signed in a way that is not taken from this source"))
    }
}

pub(super) fn decode(part: &str, what: &'static str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| super::broken(what, "it is not base64url"))
}

fn is_fit(key: &Value) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return false;
    }
    match text("kty") {
        Some("RSA") => {
            let modulus = text("n").and_then(|n| URL_SAFE_NO_PAD.decode(n).ok());
            let exponent = text("e").and_then(|e| URL_SAFE_NO_PAD.decode(e).ok());
            let bytes = modulus.map_or(0, |n| n.iter().skip_while(|byte| **byte == 0).count());
            RSA_BYTES.contains(&bytes) && exponent.is_some_and(|e| e.len() <= 4)
        }
        Some("EC" | "OKP") => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_secrets_short_keys_and_keys_for_encryption_are_left_out() {
        let short = URL_SAFE_NO_PAD.encode([0xff_u8; 255]);
        let padded = URL_SAFE_NO_PAD.encode([&[0_u8; 8][..], &[0xff_u8; 255]].concat());
        let good = URL_SAFE_NO_PAD.encode([0xff_u8; 256]);
        let body = json!({ "keys": [
            { "kty": "oct", "k": "c2VjcmV0" },
            { "kty": "RSA", "n": short, "e": "AQAB" },
            { "kty": "RSA", "n": padded, "e": "AQAB" },
            { "kty": "RSA", "n": good, "e": "AQAB", "use": "enc" },
            { "kty": "RSA", "n": good, "e": "AQAB", "use": "sig", "kid": "a" },
            { "kty": "unknown" },
            17,
        ] });
        let keys = Keys::read(body.to_string().as_bytes()).unwrap();
        assert_eq!(keys.len(), 1);
        assert!(keys.has("a"));
    }

    #[test]
    fn too_many_keys_are_none() {
        let many = vec![json!({ "kty": "oct" }); MOST_KEYS + 1];
        assert!(Keys::read(json!({ "keys": many }).to_string().as_bytes()).is_err());
    }

    #[test]
    fn neither_none_nor_a_shared_secret_can_be_allowed() {
        let names = ["none", "HS256", "HS384", "HS512", "ES512", "RS256"].map(String::from);
        assert_eq!(allowed(&names), [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256]);
    }
}
