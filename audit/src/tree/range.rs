// SPDX-License-Identifier: Apache-2.0
//! Ranges of leaves whose hash a proof needs, and the complete subtrees that make them up.

use crate::hash::{self, Hash};

/// Leaves `from..to`, a subtree in the sense of RFC 6962: it may be incomplete on the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first leaf.
    pub from: u64,
    /// The one after the last.
    pub to: u64,
}

/// A complete subtree of `2^level` leaves, starting at leaf `position * 2^level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// Its height; 0 is a leaf.
    pub level: u32,
    /// Its place among the subtrees of its level.
    pub position: u64,
}

impl Range {
    /// The complete subtrees that make this range up, largest (leftmost) first.
    pub fn subtrees(self) -> Vec<Subtree> {
        let mut from = self.from;
        let mut left = self.to.saturating_sub(self.from);
        let mut subtrees = Vec::new();
        while let Some(level) = left.checked_ilog2() {
            subtrees.push(Subtree {
                level,
                position: from >> level,
            });
            from += 1 << level;
            left -= 1 << level;
        }
        subtrees
    }

    /// Where RFC 6962 splits this range: the largest power of two smaller than its length.
    pub(super) fn split(self) -> u64 {
        let length = self.to - self.from;
        self.from + (1 << (length - 1).ilog2())
    }
}

/// Joins the hashes of [`Range::subtrees`] to the hash of the range.
pub fn join(subtrees: &[Hash]) -> Hash {
    let smallest_first = subtrees.iter().rev().copied();
    smallest_first
        .reduce(|right, left| hash::node(&left, &right))
        .unwrap_or_else(hash::empty)
}

/// The root of a complete subtree from the hashes one or more levels below it.
pub fn fold(mut level: Vec<Hash>) -> Option<Hash> {
    while level.len() > 1 {
        level = level
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(hash::node(left, right)),
                _ => None,
            })
            .collect();
    }
    level.first().copied()
}
