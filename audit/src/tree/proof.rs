// SPDX-License-Identifier: Apache-2.0
//! Inclusion and consistency proofs: which hashes they are made of (RFC 6962 section 2.1.1 and
//! 2.1.2), and their verification (RFC 9162 section 2.1.3.2 and 2.1.4.2).

use super::range::Range;
use crate::hash::{self, Hash};

/// The ranges whose hashes prove that leaf `index` is in the tree of `size`, lowest first; `None`
/// when there is no such leaf.
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Range>> {
    if index >= size {
        return None;
    }
    let mut path = Vec::new();
    let mut inside = Range { from: 0, to: size };
    while inside.to - inside.from > 1 {
        let middle = inside.split();
        let (left, right) = (
            Range {
                from: inside.from,
                to: middle,
            },
            Range {
                from: middle,
                to: inside.to,
            },
        );
        let (next, sibling) = if index < middle {
            (left, right)
        } else {
            (right, left)
        };
        path.push(sibling);
        inside = next;
    }
    path.reverse();
    Some(path)
}

/// The ranges whose hashes prove that the tree of `old` leaves is the start of the tree of `new`
/// leaves, lowest first; `None` unless `old` is at least 1 and at most `new`.
pub fn consistency(old: u64, new: u64) -> Option<Vec<Range>> {
    if old == 0 || old > new {
        return None;
    }
    let mut path = Vec::new();
    let mut inside = Range { from: 0, to: new };
    while inside.to != old {
        let middle = inside.split();
        let (left, right) = (
            Range {
                from: inside.from,
                to: middle,
            },
            Range {
                from: middle,
                to: inside.to,
            },
        );
        let (next, sibling) = if old <= middle {
            (left, right)
        } else {
            (right, left)
        };
        path.push(sibling);
        inside = next;
    }
    if inside.from > 0 {
        path.push(inside);
    }
    path.reverse();
    Some(path)
}

/// Whether `path` proves that `leaf` is number `index` of the tree with `size` leaves and `root`.
pub fn includes(leaf: &Hash, index: u64, size: u64, root: &Hash, path: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = hash::node(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = hash::node(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// A tree's size and root, as a checkpoint states them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The number of leaves.
    pub size: u64,
    /// The root.
    pub root: Hash,
}

/// Whether `path` proves that the tree `old` is the start of the tree `new`.
pub fn extends(old: &State, new: &State, path: &[Hash]) -> bool {
    if old.size == 0 {
        return path.is_empty() && old.root == hash::empty();
    }
    if old.size >= new.size {
        return path.is_empty() && old == new;
    }
    let whole = old.size.is_power_of_two().then_some(old.root);
    let mut hashes = whole.into_iter().chain(path.iter().copied());
    let Some(first) = hashes.next() else { return false };
    let mut place = old.size - 1;
    let mut last = new.size - 1;
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (first, first);
    for sibling in hashes {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            before = hash::node(&sibling, &before);
            after = hash::node(&sibling, &after);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            after = hash::node(&after, &sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && before == old.root && after == new.root
}
