// SPDX-License-Identifier: Apache-2.0
//! How far a source is trusted: the most that it may give without a second person's word.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AgencyId, Country, MissionId, Role, Set};

/// The most that a source may say of anybody. Two people set it; the source then stands in for the
/// second of them. Empty: it may create people and name them, and gives them nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cap {
    /// Agencies whose people it may create, change and place.
    pub agencies: Set<AgencyId>,
    /// Per scheme the highest level that it may give.
    pub levels: BTreeMap<String, String>,
    /// Per scheme the compartments that it may open.
    pub compartments: BTreeMap<String, Set<String>>,
    /// Nationalities that it may state.
    pub nationalities: Set<Country>,
    /// Missions that it may put people on.
    pub missions: Set<MissionId>,
    /// Briefings that it may state.
    pub briefings: Set<String>,
    /// Offices that it may give. Never the office of a security officer.
    pub roles: Set<Role>,
    /// The most days that a clearance from it is good for, from the moment it was read.
    pub clearance_days: u32,
}
