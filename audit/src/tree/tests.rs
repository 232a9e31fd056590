// SPDX-License-Identifier: Apache-2.0
//! The frontier and the proofs against the recursive definition of RFC 6962, written out naively.

use proptest::prelude::*;

use super::proof::{self, State};
use super::range::{self, Range};
use super::*;

fn leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|number| hash::leaf(&number.to_le_bytes()))
        .collect()
}

fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => hash::empty(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            hash::node(&naive_root(left), &naive_root(right))
        }
    }
}

fn naive_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if index < middle {
        (naive_inclusion(index, left), naive_root(right))
    } else {
        (naive_inclusion(index - middle, right), naive_root(left))
    };
    path.push(sibling);
    path
}

fn naive_consistency(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![naive_root(leaves)]
        };
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if old <= middle {
        (naive_consistency(old, left, whole), naive_root(right))
    } else {
        (naive_consistency(old - middle, right, false), naive_root(left))
    };
    path.push(sibling);
    path
}

/// Range hashes by way of complete subtrees, as the store computes them.
fn hashes(ranges: &[Range], leaves: &[Hash]) -> Vec<Hash> {
    let complete = |subtree: range::Subtree| {
        let from = (subtree.position << subtree.level) as usize;
        range::fold(leaves[from..from + (1 << subtree.level)].to_vec()).unwrap()
    };
    let joined = |range: &Range| range::join(&range.subtrees().into_iter().map(complete).collect::<Vec<_>>());
    ranges.iter().map(joined).collect()
}

fn frontier(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.append(*leaf, |_, _, _| {});
    }
    frontier
}

#[test]
fn roots_equal_the_naive_ones() {
    let leaves = leaves(130);
    for size in 0..=leaves.len() {
        let frontier = frontier(&leaves[..size]);
        assert_eq!(frontier.root(), naive_root(&leaves[..size]), "size {size}");
        let read = Frontier::from_bytes(size as u64, &frontier.to_bytes()).unwrap();
        assert_eq!(read, frontier);
    }
    assert!(Frontier::from_bytes(3, &[0; 32]).is_err());
}

#[test]
fn completed_subtrees_are_told_with_their_hash() {
    let leaves = leaves(64);
    let mut frontier = Frontier::default();
    let mut told = 0;
    for leaf in &leaves {
        frontier.append(*leaf, |level, position, hash| {
            let from = (position << level) as usize;
            assert_eq!(hash, naive_root(&leaves[from..from + (1 << level)]));
            told += 1;
        });
    }
    assert_eq!(told, 127);
}

#[test]
fn proofs_equal_the_naive_ones_and_verify() {
    let leaves = leaves(40);
    for size in 1..=leaves.len() {
        let tree = &leaves[..size];
        let new = State {
            size: size as u64,
            root: naive_root(tree),
        };
        for (index, leaf) in tree.iter().enumerate() {
            let path = hashes(&proof::inclusion(index as u64, new.size).unwrap(), tree);
            assert_eq!(path, naive_inclusion(index, tree));
            assert!(proof::includes(leaf, index as u64, new.size, &new.root, &path));
        }
        for old_size in 1..=size {
            let old = State {
                size: old_size as u64,
                root: naive_root(&leaves[..old_size]),
            };
            let path = hashes(&proof::consistency(old.size, new.size).unwrap(), tree);
            assert_eq!(path, naive_consistency(old_size, tree, true));
            assert!(proof::extends(&old, &new, &path));
        }
    }
    assert!(proof::inclusion(3, 3).is_none());
    assert!(proof::consistency(0, 3).is_none());
    assert!(proof::consistency(4, 3).is_none());
}

proptest! {
    #[test]
    fn a_bent_inclusion_proof_is_refused(
        size in 1_u64..300, index in 0_u64..300, bend in 0_usize..12, how in 0_u8..4,
    ) {
        let leaves = leaves(size);
        let index = index % size;
        let root = naive_root(&leaves);
        let mut path = hashes(&proof::inclusion(index, size).unwrap(), &leaves);
        let (mut size, mut index, leaf) = (size, index, leaves[index as usize]);
        match how {
            0 if !path.is_empty() => { let at = bend % path.len(); path[at] = hash::leaf(b"bent"); }
            1 if !path.is_empty() => { path.remove(bend % path.len()); }
            2 => path.insert(bend % (path.len() + 1), hash::leaf(b"bent")),
            _ if size > 1 => { index = (index + 1) % size; }
            _ => size = 0,
        }
        prop_assert!(!proof::includes(&leaf, index, size, &root, &path));
    }

    #[test]
    fn a_fork_has_no_consistency_proof(old in 1_u64..200, more in 1_u64..100, fork in 0_u64..200) {
        let kept = leaves(old);
        let old_state = State { size: old, root: naive_root(&kept) };
        let mut forked = leaves(old + more);
        forked[(fork % old) as usize] = hash::leaf(b"forked");
        let new = State { size: old + more, root: naive_root(&forked) };
        let path = hashes(&proof::consistency(old, new.size).unwrap(), &forked);
        prop_assert!(!proof::extends(&old_state, &new, &path));
    }
}
