// SPDX-License-Identifier: Apache-2.0
//! What witnesses sign (C2SP tlog-cosignature): "at this time I saw this checkpoint, and it continues
//! the one that I saw before". Key type 0x04, Ed25519 over
//!
//! ```text
//! cosignature/v1
//! time 1700000000
//! <the checkpoint's text>
//! ```
//!
//! The signature's bytes are the time, 8 bytes big-endian, and then the 64 of Ed25519.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::note::{NoteSyntax, Signature, is_name};
use crate::hash;

/// A witness's public key, written `name+keyid+base64(0x04 || key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    public: [u8; 32],
}

/// Signs checkpoints as a witness.
pub struct WitnessSigner {
    name: String,
    pair: Ed25519KeyPair,
}

impl WitnessKey {
    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of `SHA-256(name || 0x0A || 0x04 || public key)`.
    pub fn id(&self) -> [u8; 4] {
        let hash = hash::of(&[self.name.as_bytes(), b"\n", &[TYPE_COSIGNATURE], &self.public]);
        hash.as_bytes().first_chunk().copied().unwrap_or_default()
    }

    /// Whether `signature` says that it is by this key.
    pub fn is_named_by(&self, signature: &Signature) -> bool {
        signature.name == self.name && signature.key_id == self.id()
    }

    /// When this witness signed `text`, in Unix seconds; `None` when it did not.
    pub fn signed_at(&self, text: &str, signature: &Signature) -> Option<u64> {
        let (time, bytes) = signature.bytes.split_first_chunk::<8>()?;
        let time = u64::from_be_bytes(*time);
        let key = UnparsedPublicKey::new(&ED25519, &self.public);
        let holds = self.is_named_by(signature) && key.verify(signed(time, text).as_bytes(), bytes).is_ok();
        holds.then_some(time)
    }
}

impl WitnessSigner {
    /// A witness called `name` from a 32-byte Ed25519 seed.
    pub fn from_seed(name: &str, seed: &[u8]) -> Result<Self, NoteSyntax> {
        if !is_name(name) {
            return Err(NoteSyntax::Name(name.to_owned()));
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteSyntax::Key)?;
        Ok(Self {
            name: name.to_owned(),
            pair,
        })
    }

    /// The public half, for the log's configuration.
    pub fn key(&self) -> WitnessKey {
        let mut public = [0; 32];
        for (to, from) in public.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        WitnessKey {
            name: self.name.clone(),
            public,
        }
    }

    /// Signs a checkpoint's text, seen at `time` (Unix seconds).
    pub fn sign(&self, text: &str, time: u64) -> Signature {
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.pair.sign(signed(time, text).as_bytes()).as_ref());
        Signature {
            name: self.name.clone(),
            key_id: self.key().id(),
            bytes,
        }
    }
}

fn signed(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

impl fmt::Debug for WitnessSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessSigner({})", self.key())
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![TYPE_COSIGNATURE];
        key.extend_from_slice(&self.public);
        let id = hex::encode(self.id());
        write!(f, "{}+{id}+{}", self.name, STANDARD.encode(key))
    }
}

impl FromStr for WitnessKey {
    type Err = NoteSyntax;

    fn from_str(text: &str) -> Result<Self, NoteSyntax> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteSyntax::Key);
        };
        if !is_name(name) {
            return Err(NoteSyntax::Name(name.to_owned()));
        }
        let key = STANDARD.decode(key).map_err(|_| NoteSyntax::Key)?;
        let public = match key.split_first() {
            Some((&TYPE_COSIGNATURE, public)) => public.try_into().map_err(|_| NoteSyntax::Key)?,
            _ => return Err(NoteSyntax::Key),
        };
        let name = name.to_owned();
        let key = Self { name, public };
        if hex::encode(key.id()) == id {
            Ok(key)
        } else {
            Err(NoteSyntax::Key)
        }
    }
}

const TYPE_COSIGNATURE: u8 = 0x04;

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "countersign.example/record\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

    #[test]
    fn a_cosignature_holds_for_its_text_and_its_time_alone() {
        let witness = WitnessSigner::from_seed("witness.example/w1", &[5; 32]).unwrap();
        let key: WitnessKey = witness.key().to_string().parse().unwrap();
        let signature = witness.sign(TEXT, 1_700_000_000);
        assert_eq!(signature.bytes.len(), 72);
        assert_eq!(key.signed_at(TEXT, &signature), Some(1_700_000_000));
        assert_eq!(key.signed_at(&TEXT.replace("\n7\n", "\n8\n"), &signature), None);
        let mut later = signature.clone();
        later.bytes[7] ^= 1;
        assert_eq!(key.signed_at(TEXT, &later), None);
        let other = WitnessSigner::from_seed("witness.example/w1", &[6; 32]).unwrap();
        assert_eq!(other.key().signed_at(TEXT, &signature), None);
    }

    #[test]
    fn a_log_s_key_is_no_witness_s() {
        let log = super::super::note::Signer::from_seed("log", &[5; 32]).unwrap();
        let text = log.verifier_key().to_string();
        assert_eq!(text.parse::<WitnessKey>(), Err(NoteSyntax::Key));
    }
}
