// SPDX-License-Identifier: Apache-2.0
//! What a source said and may not give.

use serde::Serialize;

use crate::source::mapping::Target;

/// Something that was not taken: which part, at what it failed, and what was said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Refused {
    /// The part.
    pub part: Target,
    /// At what it failed.
    pub cap: Barrier,
    /// What was said, cut.
    pub value: String,
}

/// At what something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Barrier {
    /// `cap.agencies`: not an agency of this source.
    Agencies,
    /// `cap.briefings`.
    Briefings,
    /// `cap.compartments`: the whole clearance is not given.
    Compartments,
    /// `linking.create`: it brings nobody in, or not without approval.
    Create,
    /// `trust.domains`: not an address of its domains.
    Domains,
    /// The name belonged to somebody who is gone.
    Gone,
    /// The source itself says that she is disabled.
    Inactive,
    /// `cap.levels`: the whole clearance is not given.
    Levels,
    /// `cap.missions`.
    Missions,
    /// She was taken for new and is on file, or the other way round; or she was named twice.
    Mistaken,
    /// `cap.nationalities`: none of them is changed.
    Nationalities,
    /// It is for security officers alone, or one of them said otherwise.
    Officers,
    /// Another source or an administrator said it before, and `linking.adopt` is off.
    Others,
    /// The source says that it is over.
    Over,
    /// `cap.roles`.
    Roles,
    /// Somebody else has that address.
    Taken,
    /// What comes of it does not fit what is on file.
    Unfit,
    /// There is no such thing on file.
    Unknown,
}

/// The longest value that is reported, in characters.
const LONGEST: usize = 100;

impl Refused {
    pub(super) fn new(part: Target, cap: Barrier, value: &str) -> Self {
        Self {
            part,
            cap,
            value: value.chars().take(LONGEST).collect(),
        }
    }

    /// Short, to see whether it is the same as last time.
    pub(super) fn word(&self) -> String {
        let cap = serde_json::to_value(self.cap).unwrap_or_default();
        format!(
            "{} {} {}",
            self.part,
            cap.as_str().unwrap_or_default(),
            self.value
        )
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`: {:?}", self.part, self.value, self.cap)
    }
}
