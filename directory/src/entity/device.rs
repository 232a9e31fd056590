// SPDX-License-Identifier: Apache-2.0
//! Devices, and what devices and nodes are accredited for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{PersonId, Set};

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// By what it proves at sign-in that it is this device; absent, by nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<DeviceKey>,
    /// Who enrolled it. A key in a browser counts for her alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// Somebody said that it is out of hand. It is worth nothing, and can be used again only after two
    /// people said so.
    #[serde(default, skip_serializing_if = "is_not")]
    pub lost: bool,
}

/// Where a device's key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKey {
    /// In a browser's own store, in software: nobody attests where it was made, or that there is no copy.
    Browser,
    /// Behind a certificate of an authority for devices.
    Certificate,
}

impl Device {
    /// What it is once it is lost: nothing that it was trusted with is left.
    #[must_use]
    pub fn without_trust(&self) -> Self {
        Self {
            lost: true,
            key: self.key,
            owner: self.owner.clone(),
            ..Self::default()
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_not(flag: &bool) -> bool {
    !flag
}
