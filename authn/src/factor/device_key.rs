// SPDX-License-Identifier: Apache-2.0
//! A device's key in a browser: ECDSA on P-256 with SHA-256, made by the browser so that scripts can use it
//! and not read it. What is signed names us, what it is for, the challenge and the key, so that no signature
//! made for one thing is good for another.
//!
//! It is software: whoever is at the browser with enough rights can copy it, and nobody attests that a key
//! was made in a browser at all. What such a key may stand for is therefore limited, elsewhere.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_directory::id::DeviceId;

use crate::secret::sha256;

/// An uncompressed point (SEC 1, section 2.3.3).
const POINT: usize = 65;
/// `r` and `s` (RFC 7518, section 3.4), as the Web Cryptography API writes them.
const SIGNATURE: usize = 64;

/// What a signature is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// The key is put on file.
    Enrol,
    /// A sign-in happens where the key is.
    Prove,
}

/// A public key that has the form of one. Whether it is a point of the curve shows when it verifies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey(Vec<u8>);

/// A text that is no key or no signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this is no key or signature of a device")]
pub struct Malformed;

impl PublicKey {
    /// Reads an uncompressed point in base64url.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        let point = bytes(text, POINT)?;
        if point.first() == Some(&4) {
            Ok(Self(point))
        } else {
            Err(Malformed)
        }
    }

    /// A key as it was kept.
    pub fn kept(point: Vec<u8>) -> Self {
        Self(point)
    }

    /// The point.
    pub fn point(&self) -> &[u8] {
        &self.0
    }

    /// The key's name: SHA-256 of the point, hexadecimal.
    pub fn thumbprint(&self) -> String {
        hex::encode(sha256(&self.0))
    }

    /// The device that this key stands for. Half a hash is as long as anybody needs to tell keys apart.
    pub fn device(&self) -> Result<DeviceId, Malformed> {
        let name: String = self.thumbprint().chars().take(32).collect();
        format!("key-{name}").parse().map_err(|_| Malformed)
    }

    /// Whether `signature`, in base64url, is this key's under what was asked.
    pub fn signed(&self, signature: &str, purpose: Purpose, origin: &str, challenge: &str) -> bool {
        let Ok(signature) = bytes(signature, SIGNATURE) else {
            return false;
        };
        let said = message(purpose, origin, challenge, &self.thumbprint());
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.0)
            .verify(said.as_bytes(), &signature)
            .is_ok()
    }
}

/// What a device signs.
pub fn message(purpose: Purpose, origin: &str, challenge: &str, thumbprint: &str) -> String {
    let purpose = match purpose {
        Purpose::Enrol => "enrol",
        Purpose::Prove => "prove",
    };
    format!("countersign device 1\n{purpose}\n{origin}\n{challenge}\n{thumbprint}")
}

fn bytes(text: &str, length: usize) -> Result<Vec<u8>, Malformed> {
    // Longer texts are not even decoded.
    if text.len() > length * 2 {
        return Err(Malformed);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Malformed)?;
    if bytes.len() == length {
        Ok(bytes)
    } else {
        Err(Malformed)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

    use super::*;

    const US: &str = "https://id.example";

    struct Device(EcdsaKeyPair);

    impl Device {
        fn new() -> Self {
            Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
        }

        fn public(&self) -> PublicKey {
            PublicKey::read(&URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())).unwrap()
        }

        fn sign(&self, said: &str) -> String {
            let signature = self.0.sign(&SystemRandom::new(), said.as_bytes()).unwrap();
            URL_SAFE_NO_PAD.encode(signature.as_ref())
        }
    }

    #[test]
    fn a_signature_is_good_for_what_it_was_made_for_and_for_nothing_else() {
        let (mine, other) = (Device::new(), Device::new());
        let key = mine.public();
        let said = message(Purpose::Prove, US, "c1", &key.thumbprint());
        let signature = mine.sign(&said);
        assert!(key.signed(&signature, Purpose::Prove, US, "c1"));
        assert!(!key.signed(&signature, Purpose::Enrol, US, "c1"));
        assert!(!key.signed(
            &signature,
            Purpose::Prove,
            "https://id.example.evil.example",
            "c1"
        ));
        assert!(!key.signed(&signature, Purpose::Prove, US, "c2"));
        assert!(!other.public().signed(&signature, Purpose::Prove, US, "c1"));
        // Another key over the same text, and the same key over a text that names another.
        assert!(!key.signed(&other.sign(&said), Purpose::Prove, US, "c1"));
        let of_other = message(Purpose::Prove, US, "c1", &other.public().thumbprint());
        assert!(!key.signed(&mine.sign(&of_other), Purpose::Prove, US, "c1"));
    }

    #[test]
    fn what_has_not_the_form_of_a_key_is_none() {
        let good = URL_SAFE_NO_PAD.encode(Device::new().public().point());
        assert!(PublicKey::read(&good).is_ok());
        let mut compressed = Device::new().public().point().to_vec();
        compressed[0] = 2;
        for bad in [
            String::new(),
            "=".into(),
            good.replace(|_: char| true, "A"),
            format!("{good}AA"),
            URL_SAFE_NO_PAD.encode(&compressed),
            "A".repeat(1_000_000),
        ] {
            assert_eq!(PublicKey::read(&bad), Err(Malformed));
        }
    }

    #[test]
    fn a_point_beside_the_curve_verifies_nothing() {
        let mine = Device::new();
        let mut point = mine.public().point().to_vec();
        point[64] ^= 1;
        let key = PublicKey::kept(point);
        let said = message(Purpose::Prove, US, "c1", &key.thumbprint());
        assert!(!key.signed(&mine.sign(&said), Purpose::Prove, US, "c1"));
        assert!(!key.signed("", Purpose::Prove, US, "c1"));
    }
}
