// SPDX-License-Identifier: Apache-2.0
//! Clearances that people hold.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ChannelId, Set};

/// Where a clearance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClearanceKind {
    /// Signed by the home agency of a guest.
    Attested,
    /// Break-glass: one channel, at most four hours.
    Emergency,
    /// A security clearance of her own.
    Personnel,
    /// Held by a service.
    Service,
}

/// Whether it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClearanceState {
    /// It does, within its dates.
    Active,
    /// Never again.
    Revoked,
    /// Not for now.
    Suspended,
}

/// What became of an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attestation {
    /// Its signature or content was refused.
    Rejected,
    /// It was checked and holds.
    Verified,
}

/// One clearance. Scheme and level are kept as written; those of an imported world are known ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clearance {
    /// The scheme it is given in.
    pub scheme: String,
    /// The level it reaches.
    pub level: String,
    /// The compartments it opens.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub compartments: Set<String>,
    /// Where it comes from.
    pub kind: ClearanceKind,
    /// Whether it counts.
    pub state: ClearanceState,
    /// Good from this second.
    #[serde(with = "crate::time::at_start")]
    pub valid_from: DateTime<Utc>,
    /// Good up to and including this second.
    #[serde(with = "crate::time::at_end")]
    pub valid_until: DateTime<Utc>,
    /// The attestation's fate, when attested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Attestation>,
    /// The only channel it is good for, when emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
}
