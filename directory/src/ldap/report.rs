// SPDX-License-Identifier: Apache-2.0
//! What came of a synchronisation, for those who watch, and what somebody asked for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::sync::{BadEntry, Braked, Counts, Mode};

/// The most entries of a kind that a report names.
pub const MOST_NAMED: usize = 100;

/// What somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// What is to be read.
    pub mode: Mode,
    /// What would happen is to be said, and nothing changed.
    pub dry_run: bool,
}

/// What would become of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The entry, or where that is gone, the person.
    pub who: String,
    /// What.
    pub becomes: Becomes,
}

/// What becomes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// It is no longer in the directory.
    Removed,
    /// Its account is not good any more.
    Disabled,
    /// It says something else than before.
    Changed,
    /// It was not on file.
    Created,
}

/// What came of a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What was read in the end.
    pub mode: Mode,
    /// Nothing was changed: this is what would have been.
    pub dry_run: bool,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// How many of each.
    pub counts: Counts,
    /// Entries that were understood and bring nobody in: the source's rules do not let them.
    pub skipped: u64,
    /// Values that were left out: no text, too long or too many.
    pub dropped: u64,
    /// Entries that could not be used, the first of them by name.
    pub bad: Vec<BadEntry>,
    /// Where nothing was changed: the first of those at whom something would be, who lose most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Named>,
    /// Set: it stopped before it changed anything, because too many would vanish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub braked: Option<Braked>,
    /// Set: it failed. What was applied before is kept, and the next pass goes on from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

impl Report {
    /// Whether it came to its end.
    pub fn is_done(&self) -> bool {
        self.braked.is_none() && self.fault.is_none()
    }
}
