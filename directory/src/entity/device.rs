// SPDX-License-Identifier: Apache-2.0
//! Devices, and what devices and nodes are accredited for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Set;

/// Up to where a device or node may be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accreditation {
    /// The compartments, asked of nodes.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub compartments: Set<String>,
    /// The highest level.
    pub level: String,
    /// The scheme of the level.
    pub scheme: String,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Whether somebody administers it.
    #[serde(default)]
    pub managed: bool,
    /// What it is accredited for; absent, rank 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<Accreditation>,
    /// When its posture was last reported.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::time::optional"
    )]
    pub posture_reported_at: Option<DateTime<Utc>>,
}
