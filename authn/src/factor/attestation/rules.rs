// SPDX-License-Identifier: Apache-2.0
//! The deployment's rules on passkeys: for everybody, and for groups by office or agency. Where
//! several hold for a person the strictest wins, and a denied model stays denied.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use countersign_directory::{AgencyId, Person, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::metadata::Model;

/// What FIDO certified, weakest first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Certification {
    /// Level 1.
    L1,
    /// Level 1 plus.
    L1plus,
    /// Level 2.
    L2,
    /// Level 2 plus.
    L2plus,
    /// Level 3.
    L3,
    /// Level 3 plus.
    L3plus,
}

impl Certification {
    /// The level that a status of the metadata certifies.
    pub(super) fn of_status(status: &str) -> Option<Self> {
        match status {
            "FIDO_CERTIFIED" | "FIDO_CERTIFIED_L1" => Some(Self::L1),
            "FIDO_CERTIFIED_L1plus" => Some(Self::L1plus),
            "FIDO_CERTIFIED_L2" => Some(Self::L2),
            "FIDO_CERTIFIED_L2plus" => Some(Self::L2plus),
            "FIDO_CERTIFIED_L3" => Some(Self::L3),
            "FIDO_CERTIFIED_L3plus" => Some(Self::L3plus),
            _ => None,
        }
    }
}

/// What is asked of passkeys.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rules {
    /// Whether a passkey that would not reach aal3 is refused altogether.
    pub require_attested: bool,
    /// The models that may reach aal3; `None`: all that the metadata knows.
    pub allow: Option<BTreeSet<Uuid>>,
    /// The models that are refused altogether.
    pub deny: BTreeSet<Uuid>,
    /// The least certification for aal3.
    pub certification: Option<Certification>,
}

impl Rules {
    /// What is left when both hold.
    fn and(&self, other: &Self) -> Self {
        let allow = match (&self.allow, &other.allow) {
            (Some(one), Some(other)) => Some(one.intersection(other).copied().collect()),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        Self {
            require_attested: self.require_attested || other.require_attested,
            allow,
            deny: self.deny.union(&other.deny).copied().collect(),
            certification: self.certification.max(other.certification),
        }
    }
}

/// Rules for some.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// Whoever holds this office; `None`: whatever her offices.
    pub role: Option<Role>,
    /// Whoever works there; `None`: wherever.
    pub agency: Option<AgencyId>,
    /// What is asked of their passkeys.
    pub rules: Rules,
}

impl Group {
    fn holds_for(&self, person: &Person) -> bool {
        let by_role = self.role.is_none_or(|role| person.roles.contains(&role));
        let by_agency = self
            .agency
            .as_ref()
            .is_none_or(|agency| person.agency.as_ref() == Some(agency));
        by_role && by_agency
    }
}

/// What becomes of keys whose model turns bad.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BadStatus {
    /// They reach aal2 at most.
    Lower,
    /// They are refused.
    #[default]
    Refuse,
}

/// What becomes of enrolment when the metadata is past its date.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Late {
    /// It goes on, with an alarm.
    #[default]
    Keep,
    /// No new passkey is taken.
    Refuse,
}

/// All rules on passkeys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// For everybody.
    pub everyone: Rules,
    /// For some, on top.
    pub groups: Vec<Group>,
    /// The statuses of the metadata that are held against a model.
    pub bad_statuses: BTreeSet<String>,
    /// What becomes of keys of such a model.
    pub on_bad_status: BadStatus,
    /// What becomes of enrolment when the metadata is past its date.
    pub late: Late,
    /// Until when keys that rules allowed when they were added are taken as then.
    pub keep_existing_until: Option<DateTime<Utc>>,
}

/// The statuses that are held against a model unless the deployment says otherwise.
pub const BAD_STATUSES: [&str; 5] = [
    "ATTESTATION_KEY_COMPROMISE",
    "REVOKED",
    "USER_KEY_PHYSICAL_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_VERIFICATION_BYPASS",
];

impl Default for Policy {
    fn default() -> Self {
        Self {
            everyone: Rules::default(),
            groups: Vec::new(),
            bad_statuses: BAD_STATUSES.map(str::to_owned).into(),
            on_bad_status: BadStatus::default(),
            late: Late::default(),
            keep_existing_until: None,
        }
    }
}

impl Policy {
    /// The rules for a person: those for everybody and those of each of her groups.
    pub fn rules_for(&self, person: &Person) -> Rules {
        let groups = self.groups.iter().filter(|group| group.holds_for(person));
        groups.fold(self.everyone.clone(), |rules, group| rules.and(&group.rules))
    }

    /// Whether anything that was reported of a model is held against it.
    pub fn is_bad(&self, model: &Model) -> bool {
        model
            .statuses
            .iter()
            .any(|status| self.bad_statuses.contains(status))
    }
}
