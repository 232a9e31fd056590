// SPDX-License-Identifier: Apache-2.0
//! Recomputes the record and names the first thing that does not fit.

mod database;
mod journals;
mod leaf;

use crate::hash::Hash;
use crate::leaf::Origin;
use crate::store::StoreError;
pub use database::{database, kept};
pub use journals::{JournalReport, journals};

/// What was found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Leaves recomputed.
    pub leaves: u64,
    /// Leaves whose kept inputs were hashed and fit.
    pub inputs_kept: u64,
    /// Leaves whose inputs are no longer kept.
    pub inputs_dropped: u64,
    /// Stored checkpoints that the tree passes through.
    pub checkpoints: u64,
    /// The root of the whole tree.
    pub root: Hash,
}

/// The first thing that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// One leaf is wrong in itself.
    #[error("leaf {index} does not fit: {why}")]
    Leaf {
        /// Its number.
        index: u64,
        /// What is wrong with it.
        why: String,
    },
    /// Each leaf fits its own hash, but together they do not give a hash that was kept.
    #[error("leaf {from} or one after it, up to leaf {last}, was replaced: {what} does not fit")]
    Range {
        /// The first leaf that may be wrong.
        from: u64,
        /// The last.
        last: u64,
        /// The hash that does not fit.
        what: String,
    },
    /// A checkpoint was signed over more leaves than there are.
    #[error(
        "leaf {size} is missing: a checkpoint of `{origin}` was signed over {signed} leaves, \
         {size} are left"
    )]
    Truncated {
        /// The leaves that are left.
        size: u64,
        /// The leaves that were signed.
        signed: u64,
        /// The checkpoint's log.
        origin: String,
    },
    /// The store says that more of a journal was moved into the tree than is there, so frames that
    /// wait would be passed over.
    #[error("frame {recorded} is said to be in the record, but of its epoch only {found} frames are")]
    Journal {
        /// Up to which frame the store believes it to be moved.
        recorded: Origin,
        /// How many frames the tree holds.
        found: u64,
    },
    /// A stored value outside the leaves is of a kind that was never written.
    #[error("a value beside the leaves was replaced by one that cannot be read: {0}")]
    Unreadable(sqlx::Error),
    /// The store could not be read: neither yes nor no.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for Fault {
    fn from(cause: StoreError) -> Self {
        match cause {
            StoreError::Hash { level: 0, position } => Self::Leaf {
                index: position,
                why: "its hash is missing or no hash".to_owned(),
            },
            StoreError::Hash { level, position } => Self::Range {
                from: position << level,
                last: ((position + 1) << level) - 1,
                what: format!("the kept hash of {} leaves", 1_u64 << level),
            },
            StoreError::Frontier(state) => Self::Range {
                from: 0,
                last: state.size.saturating_sub(1),
                what: "the state of the tree".to_owned(),
            },
            StoreError::Engine(cause @ (sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))) => {
                Self::Unreadable(cause)
            }
            other => Self::Store(other),
        }
    }
}
