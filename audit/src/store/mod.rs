// SPDX-License-Identifier: Apache-2.0
//! The record in SQL, worded for both engines. A function takes a borrowed connection and never
//! opens or commits a transaction.
//!
//! Every append first updates the one row of the tree's state, so writers queue on it until the end
//! of their transaction: append last, and update the world's revision before, never after.

pub mod checkpoints;
pub mod cosignatures;
pub mod epochs;
pub mod keys;
pub mod leaves;
pub mod nodes;
pub mod positions;
pub mod tree;

use crate::tree::NotAFrontier;

/// The store could not be used, or holds what cannot be.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine refused.
    #[error("the record's store cannot be used: {0}")]
    Engine(#[from] sqlx::Error),
    /// The stored tree state is impossible.
    #[error(transparent)]
    Frontier(#[from] NotAFrontier),
    /// A hash has another length than 32 bytes, or a hash that must be there is not.
    #[error("the record's store lacks a hash of level {level} at position {position}")]
    Hash {
        /// 0 is a leaf.
        level: u32,
        /// The place within the level.
        position: u64,
    },
    /// The stored tree does not continue the last checkpoint; signing it would hide a fork.
    #[error("the tree of size {size} does not continue the checkpoint of size {signed}")]
    Fork {
        /// The tree's size.
        size: u64,
        /// The checkpoint's size.
        signed: u64,
    },
    /// A checkpoint could not be signed or kept.
    #[error(transparent)]
    Note(#[from] crate::checkpoint::note::NoteSyntax),
}
