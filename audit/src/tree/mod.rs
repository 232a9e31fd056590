// SPDX-License-Identifier: Apache-2.0
//! The Merkle tree of RFC 6962, kept as its frontier: the roots of the complete subtrees that make
//! it up, largest first. Appending and the root need nothing else; proofs need stored hashes and
//! say which ([`proof`]).

pub mod proof;
pub mod range;

use crate::hash::{self, Hash};

/// A tree of known size, as the roots of its complete subtrees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    // INVARIANT: as many as `size` has one bits.
    peaks: Vec<Hash>,
}

/// The stored frontier does not fit its size.
#[derive(Debug, thiserror::Error)]
#[error("the stored tree state is not that of a tree of size {size}")]
pub struct NotAFrontier {
    /// The size it claims.
    pub size: u64,
}

impl Frontier {
    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of RFC 6962 section 2.1.
    pub fn root(&self) -> Hash {
        let smallest_first = self.peaks.iter().rev().copied();
        smallest_first
            .reduce(|right, left| hash::node(&left, &right))
            .unwrap_or_else(hash::empty)
    }

    /// Adds a leaf's hash and tells `completed` of each subtree that it completes, as level, position
    /// within the level, and hash; the leaf itself is level 0.
    pub fn append(&mut self, leaf: Hash, mut completed: impl FnMut(u32, u64, Hash)) {
        let mut hash = leaf;
        completed(0, self.size, hash);
        for level in 1..=self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = hash::node(&left, &hash);
            }
            completed(level, self.size >> level, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The peaks, one after the other, 32 bytes each.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.iter().flat_map(|peak| *peak.as_bytes()).collect()
    }

    /// Reads what [`Frontier::to_bytes`] wrote for a tree of `size`.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, NotAFrontier> {
        let (peaks, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || peaks.len() != size.count_ones() as usize {
            return Err(NotAFrontier { size });
        }
        Ok(Self {
            size,
            peaks: peaks.iter().map(|peak| Hash::from(*peak)).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
