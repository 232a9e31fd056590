// SPDX-License-Identifier: Apache-2.0
//! A person as a source describes her, in our words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::mapping::Target;
use crate::{AgencyId, Country, MissionId, Role, Set};

/// What a source says of one person once its mapping was applied. `None` means that the source says
/// nothing of it and what is on file stays; an empty set means that the source says there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sourced {
    /// A name to sign in with, not yet folded.
    pub username: Option<String>,
    /// What people call her.
    pub display_name: Option<String>,
    /// Her mail address.
    pub email: Option<String>,
    /// Whether the source itself verified that address.
    pub email_verified: bool,
    /// Where she works.
    pub agency: Option<AgencyId>,
    /// Her nationalities.
    pub nationalities: Option<Set<Country>>,
    /// Her missions.
    pub missions: Option<Set<MissionId>>,
    /// Her briefings.
    pub briefings: Option<Set<String>>,
    /// Her offices.
    pub roles: Option<Set<Role>>,
    /// Her clearances from this source. Those that others granted are not touched.
    pub clearances: Option<Vec<SourcedClearance>>,
    /// `false`: the source says that she is disabled, locked or expired.
    pub is_active: Option<bool>,
    /// Of agency, display name and mail address those that the source states no more.
    #[serde(skip_serializing_if = "Set::is_empty")]
    pub withdrawn: Set<Target>,
}

/// A clearance that a source vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcedClearance {
    /// The scheme it is given in.
    pub scheme: String,
    /// The level it reaches.
    pub level: String,
    /// The compartments it opens.
    #[serde(default)]
    pub compartments: Set<String>,
    /// Good up to and including this second.
    pub valid_until: DateTime<Utc>,
}

impl std::fmt::Display for SourcedClearance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.scheme, self.level)?;
        self.compartments.iter().try_for_each(|tag| write!(f, " {tag}"))
    }
}
