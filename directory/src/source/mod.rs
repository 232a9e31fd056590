// SPDX-License-Identifier: Apache-2.0
//! Where people come from: identity providers and directories of agencies. What one of them says is
//! read as [`Attributes`], mapped to a [`Sourced`] person, and applied within the [`Cap`] that two
//! people set for that source.

mod cap;
mod sourced;

use std::collections::BTreeMap;

pub use cap::Cap;
pub use sourced::{Sourced, SourcedClearance};

/// What a source said of one person: names as the source writes them, each with its values in the
/// order given. The protocol's own checks are done; nothing is mapped yet.
pub type Attributes = BTreeMap<String, Vec<String>>;
