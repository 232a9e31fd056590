// SPDX-License-Identifier: Apache-2.0
//! What happened: the tamper-evident record.
//!
//! A decision is first framed into a local [`journal`], before it is answered, and moved into the
//! tree in batches ([`drain`]); sign-ins and administrative acts go into the tree in the transaction
//! that caused them ([`store::leaves::append`]). The tree is the one of RFC 6962 ([`tree`]); its
//! state is signed as C2SP checkpoints ([`checkpoint`]); [`verify`] recomputes everything and names
//! the first leaf that does not fit.
//!
//! This room knows bytes and order. What an event means belongs to the room it happened in.
//!
//! ```
//! use countersign_audit::{Facets, NewLeaf};
//! let at = chrono::DateTime::from_timestamp_millis(0).unwrap_or_default();
//! let leaf = NewLeaf::new("session.started", at, &serde_json::json!({"client": "synapse"}))
//!     .facets(Facets { subject: Some("alice".into()), ..Facets::default() });
//! assert_eq!(
//!     leaf.record(7, None),
//!     br#"{"at":"1970-01-01T00:00:00.000Z","body":{"client":"synapse"},"index":7,"kind":"session.started","subject":"alice"}"#
//! );
//! ```

pub mod canonical;
pub mod checkpoint;
pub mod drain;
pub mod export;
pub mod hash;
pub mod journal;
pub mod leaf;
pub mod spool;
pub mod store;
pub mod tree;
pub mod verify;

pub use hash::Hash;
pub use leaf::{Facets, Inputs, NewLeaf, Origin};
