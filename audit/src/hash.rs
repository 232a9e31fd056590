// SPDX-License-Identifier: Apache-2.0
//! The hashes of the record: RFC 6962 section 2.1, and one of our own for kept inputs.
//!
//! Each use has its own first byte, so that no hash of one kind can be passed off as another.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;

/// A SHA-256 value. Prints as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// Not 64 hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("a hash is written as 64 hexadecimal digits")]
pub struct HashSyntax;

/// The root of the tree without leaves: the hash of nothing.
pub fn empty() -> Hash {
    of(&[])
}

/// A leaf: `SHA-256(0x00 || record)`.
pub fn leaf(record: &[u8]) -> Hash {
    of(&[&[0x00], record])
}

/// An inner node: `SHA-256(0x01 || left || right)`.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    of(&[&[0x01], &left.0, &right.0])
}

/// Inputs kept beside a leaf: `SHA-256(0x02 || salt || inputs)`. The salt keeps anybody who holds
/// only the leaf from guessing short inputs.
pub fn inputs(salt: &[u8], inputs: &[u8]) -> Hash {
    of(&[&[0x02], salt, inputs])
}

/// Plain SHA-256 over the concatenation of `parts`.
pub(crate) fn of(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    Hash(bytes)
}

impl Hash {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Takes exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashSyntax;

    fn from_str(text: &str) -> Result<Self, HashSyntax> {
        let bytes = hex::decode(text).map_err(|_| HashSyntax)?;
        Self::from_slice(&bytes).ok_or(HashSyntax)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_of_rfc_6962_hold() {
        assert_eq!(
            empty().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            leaf(b"").to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            node(&leaf(b""), &leaf(&[0x00])).to_string(),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }

    #[test]
    fn text_goes_round() {
        let hash = leaf(b"x");
        assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        assert!("abc".parse::<Hash>().is_err());
    }
}
