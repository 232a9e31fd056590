// SPDX-License-Identifier: Apache-2.0
//! People, and services that act as people.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AgencyId, Clearance, Country, MissionId, PersonId, Set};

/// What sort of person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A civil servant.
    Government,
    /// A contractor.
    Industry,
    /// A soldier.
    Military,
    /// Anybody else.
    Outsider,
    /// No human being.
    Service,
}

/// Whether she may do anything at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// She may.
    Active,
    /// She may not.
    Disabled,
}

/// An office that a person holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Keeps copies of what is said.
    Archiver,
    /// Reads the record.
    Auditor,
    /// A program that posts.
    Bot,
    /// Comes from outside.
    External,
    /// Comes with a sponsor.
    Guest,
    /// Takes part.
    Member,
    /// Runs channels.
    Owner,
    /// Grants, revokes, approves.
    SecurityOfficer,
    /// Runs machines, and reads nothing on them.
    Sysadmin,
}

/// For whom somebody from industry works here, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// By what both sides know it.
    pub reference: String,
    /// Its last second.
    pub until: DateTime<Utc>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What sort of person.
    pub kind: PersonKind,
    /// Whether she may do anything at all.
    pub status: Status,
    /// Her nationalities; none known is possible.
    #[serde(default)]
    pub nationalities: Set<Country>,
    /// Where she works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
    /// Her offices.
    #[serde(default)]
    pub roles: Set<Role>,
    /// Her missions; `*` is every mission.
    #[serde(default)]
    pub missions: Set<MissionId>,
    /// The briefings she holds.
    #[serde(default)]
    pub briefings: Set<String>,
    /// Who answers for her, when she is a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sponsor: Option<PersonId>,
    /// Under which contract she works, when she is from industry. Few have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Box<Contract>>,
    /// Her clearances, in the order of the file.
    #[serde(default)]
    pub clearances: Vec<Clearance>,
    /// What people call her.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Her mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}
