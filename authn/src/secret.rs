// SPDX-License-Identifier: Apache-2.0
//! Random secrets that we hand out and recognise by their hash, and the key under which secrets
//! that we must read again (TOTP seeds, private signing keys) are sealed at rest.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A random secret of 256 bits, known to its bearer; we keep only [`Secret::hash`].
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self(URL_SAFE_NO_PAD.encode(bytes.as_ref()))
    }

    /// One that a caller presented. Anything but the exact form of ours is refused unread.
    pub fn presented(text: &str) -> Option<Self> {
        let fits = text.len() == 43
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| Self(text.to_owned()))
    }

    /// The text, for the one reply that hands it over.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the store keeps: SHA-256, enough for a secret of full entropy.
    pub fn hash(&self) -> Vec<u8> {
        sha256(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// A random identifier of 128 bits, URL-safe. Not a secret.
pub fn random_id(rng: &mut impl CryptoRng) -> String {
    let mut bytes = [0_u8; 16];
    rng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A sealed value could not be opened: another key, or altered bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a sealed value does not open: it was sealed under another key, or altered")]
pub struct SealError;

/// The keys that live outside the database: one seals values at rest, one authenticates tokens, one
/// hides what callers carry for us.
pub struct Sealer {
    seal: LessSafeKey,
    mac: hmac::Key,
    hide: LessSafeKey,
}

impl Sealer {
    /// Derives them from a master secret of at least 32 bytes (HKDF-SHA-256, RFC 5869).
    pub fn new(master: &[u8]) -> Result<Self, SealError> {
        if master.len() < 32 {
            return Err(SealError);
        }
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, b"countersign").extract(master);
        let seal = derive(&extracted, b"seal at rest")?;
        let mac = derive(&extracted, b"access tokens")?;
        let hide = derive(&extracted, b"carried by callers")?;
        let seal = UnboundKey::new(&AES_256_GCM, seal.as_ref()).map_err(|_| SealError)?;
        Ok(Self {
            seal: LessSafeKey::new(seal),
            mac: hmac::Key::new(hmac::HMAC_SHA256, mac.as_ref()),
            hide: UnboundKey::new(&AES_256_GCM_SIV, hide.as_ref())
                .map(LessSafeKey::new)
                .map_err(|_| SealError)?,
        })
    }

    /// Seals `plain` for the place named by `purpose`: it opens nowhere else.
    pub fn seal(&self, purpose: &str, plain: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0_u8; NONCE_LEN];
        rng.fill_bytes(&mut nonce);
        with_nonce(&self.seal, purpose, plain, nonce)
    }

    /// Opens what [`Sealer::seal`] made for the same `purpose`.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        opened(&self.seal, purpose, sealed)
    }

    /// Hides `plain` from the caller who carries it, for the place named by `purpose`. Under one `nonce`
    /// the same is always hidden as the same; more than that it does not tell (AES-GCM-SIV, RFC 8452:
    /// nonces may repeat, and it may be done at the rate of answers).
    pub fn hide(&self, purpose: &str, plain: &[u8], nonce: [u8; NONCE_LEN]) -> Result<Vec<u8>, SealError> {
        with_nonce(&self.hide, purpose, plain, nonce)
    }

    /// Opens what [`Sealer::hide`] made for the same `purpose`.
    pub fn reveal(&self, purpose: &str, hidden: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        opened(&self.hide, purpose, hidden)
    }

    /// Authenticates `bytes` (HMAC-SHA-256).
    pub fn mac(&self, bytes: &[u8]) -> Vec<u8> {
        hmac::sign(&self.mac, bytes).as_ref().to_vec()
    }

    /// Checks a tag of [`Sealer::mac`], whole and in constant time.
    pub fn mac_fits(&self, bytes: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.mac, bytes, tag).is_ok()
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(redacted)")
    }
}

/// The nonce, the sealed bytes and their tag.
fn with_nonce(
    key: &LessSafeKey,
    purpose: &str,
    plain: &[u8],
    nonce: [u8; NONCE_LEN],
) -> Result<Vec<u8>, SealError> {
    let mut body = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(purpose.as_bytes()),
        &mut body,
    )
    .map_err(|_| SealError)?;
    let mut sealed = nonce.to_vec();
    sealed.append(&mut body);
    Ok(sealed)
}

/// Reads what [`with_nonce`] wrote.
fn opened(key: &LessSafeKey, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(SealError)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
    let mut body = Zeroizing::new(body.to_vec());
    let plain = key
        .open_in_place(nonce, Aad::from(purpose.as_bytes()), body.as_mut_slice())
        .map_err(|_| SealError)?;
    Ok(Zeroizing::new(plain.to_vec()))
}

fn derive(from: &hkdf::Prk, purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>, SealError> {
    let mut key = Zeroizing::new([0_u8; 32]);
    from.expand(&[purpose], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(key.as_mut()))
        .map_err(|_| SealError)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    #[test]
    fn a_sealed_value_opens_only_for_its_purpose_and_unaltered() {
        let sealer = Sealer::new(&[7; 32]).unwrap();
        let stored = sealer.seal("totp/alice", b"seed", &mut rng()).unwrap();
        assert_eq!(sealer.open("totp/alice", &stored).unwrap().as_slice(), b"seed");
        assert!(sealer.open("totp/dave", &stored).is_err());
        for at in 0..stored.len() {
            let mut altered = stored.clone();
            altered[at] ^= 1;
            assert!(sealer.open("totp/alice", &altered).is_err());
            assert!(sealer.open("totp/alice", &stored[..at]).is_err());
        }
        assert!(
            Sealer::new(&[8; 32])
                .unwrap()
                .open("totp/alice", &stored)
                .is_err()
        );
        assert!(Sealer::new(&[7; 31]).is_err());
    }

    #[test]
    fn only_the_exact_form_of_a_secret_is_read() {
        let secret = Secret::generate(&mut rng());
        assert_eq!(Secret::presented(secret.expose()).unwrap().hash(), secret.hash());
        assert!(Secret::presented(secret.expose().get(1..).unwrap()).is_none());
        assert!(Secret::presented(&format!("{}=", secret.expose())).is_none());
        assert!(Secret::presented(&" ".repeat(43)).is_none());
        assert_eq!(format!("{secret:?}"), "Secret(redacted)");
    }
}
