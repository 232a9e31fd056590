// SPDX-License-Identifier: Apache-2.0
//! Agreements between classification schemes, as they are on file.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use countersign_labels::{self as labels, Schemes, Terms, TermsError};
use serde::{Deserialize, Serialize};

use crate::{AgreementId, Set};

/// What an agreement brings across.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Clearances, rounded down.
    Clearances,
    /// Labels, rounded up.
    Labels,
}

/// A directional, dated agreement. What it means is for the labels room to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// The scheme that is brought across.
    pub from: String,
    /// The scheme it is brought into.
    pub to: String,
    /// In force from this second.
    #[serde(with = "crate::time::at_start")]
    pub valid_from: DateTime<Utc>,
    /// In force up to and including this second.
    #[serde(with = "crate::time::at_end")]
    pub valid_until: DateTime<Utc>,
    /// What it covers: clearances alone, unless it says more.
    #[serde(default = "clearances_alone")]
    pub covers: Set<Coverage>,
    /// The compartments that cross with it.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub carries: Set<String>,
    /// Which level becomes which; without it equal ranks do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<BTreeMap<String, String>>,
}

impl Agreement {
    /// What it means to the labels room, if its schemes and levels exist.
    pub fn understood(&self, id: &AgreementId, schemes: &Schemes) -> Result<labels::Agreement, TermsError> {
        let terms = Terms {
            from: self.from.clone(),
            to: self.to.clone(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            clearances: self.covers.contains(&Coverage::Clearances),
            labels: self.covers.contains(&Coverage::Labels),
            carries: self.carries.iter().cloned().collect(),
            levels: self.levels.clone(),
        };
        labels::Agreement::new(id.as_str(), terms, schemes)
    }
}

/// The default of [`Agreement::covers`].
pub(crate) fn clearances_alone() -> Set<Coverage> {
    Set::from_iter([Coverage::Clearances])
}
