// SPDX-License-Identifier: Apache-2.0
//! Refresh tokens: the name of a chain and a secret of 256 bits under a MAC over the whole, of one exact
//! length. A shortened or altered one is no token of ours and touches no chain.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;

use crate::secret::{Sealer, Secret, random_id};

const PREFIX: &str = "csr1.";
/// Prefix, 16 bytes of name, 32 of secret and 32 of tag in base64url, and two dots.
const LENGTH: usize = PREFIX.len() + 22 + 1 + 43 + 1 + 43;

/// A refresh token, open.
#[derive(Debug)]
pub struct RefreshToken {
    /// The chain that it belongs to.
    pub family: String,
    secret: Secret,
}

impl RefreshToken {
    /// The first of a new chain.
    pub fn first(rng: &mut impl CryptoRng) -> Self {
        Self::next(random_id(rng), rng)
    }

    /// Another one of a chain.
    pub fn next(family: String, rng: &mut impl CryptoRng) -> Self {
        let secret = Secret::generate(rng);
        Self { family, secret }
    }

    /// What the store keeps of it.
    pub fn hash(&self) -> Vec<u8> {
        self.secret.hash()
    }

    /// The text that the client carries.
    pub fn seal(&self, sealer: &Sealer) -> String {
        let body = format!("{}.{}", self.family, self.secret.expose());
        let tag = URL_SAFE_NO_PAD.encode(sealer.mac(format!("refresh\0{body}").as_bytes()));
        format!("{PREFIX}{body}.{tag}")
    }

    /// Reads a text: whole, of the one length, and ours.
    pub fn open(text: &str, sealer: &Sealer) -> Option<Self> {
        if text.len() != LENGTH {
            return None;
        }
        let (body, tag) = text.strip_prefix(PREFIX)?.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        if !sealer.mac_fits(format!("refresh\0{body}").as_bytes(), &tag) {
            return None;
        }
        let (family, secret) = body.split_once('.')?;
        Some(Self {
            family: family.to_owned(),
            secret: Secret::presented(secret)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    #[test]
    fn o11_a_shortened_lengthened_or_altered_token_is_worthless() {
        let sealer = Sealer::new(&[7; 32]).unwrap();
        let token = RefreshToken::first(&mut rng());
        let text = token.seal(&sealer);
        assert_eq!(text.len(), LENGTH);
        let opened = RefreshToken::open(&text, &sealer).unwrap();
        assert_eq!((opened.hash(), opened.family), (token.hash(), token.family));
        for at in 0..text.len() {
            assert!(RefreshToken::open(text.get(..at).unwrap(), &sealer).is_none());
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(RefreshToken::open(&altered, &sealer).is_none(), "{at}");
        }
        assert!(RefreshToken::open(&format!("{text}A"), &sealer).is_none());
        assert!(RefreshToken::open(&text, &Sealer::new(&[8; 32]).unwrap()).is_none());
    }
}
