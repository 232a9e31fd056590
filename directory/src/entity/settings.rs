// SPDX-License-Identifier: Apache-2.0
//! Settings of the deployment that decisions read.

use serde::{Deserialize, Serialize};

use crate::{Accreditation, Set};

/// What administrative acts ask of the session and the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Administration {
    /// The assurance level, 1 to 3.
    #[serde(default = "highest")]
    pub aal: u8,
    /// Whether the device must be managed.
    #[serde(default = "yes")]
    pub managed_device: bool,
}

impl Default for Administration {
    fn default() -> Self {
        Self {
            aal: highest(),
            managed_device: yes(),
        }
    }
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Countries or networks from where nothing of rank 2 or more is served.
    #[serde(default)]
    pub blocked_locations: Set<String>,
    /// What administrative acts ask for.
    #[serde(default)]
    pub administration: Administration,
    /// The deployment's own accreditation: labels above it are refused. Absent, no such limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<Accreditation>,
    /// The scheme of what bears no label; absent, NATO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_scheme: Option<String>,
}

pub(crate) fn highest() -> u8 {
    3
}

pub(crate) fn yes() -> bool {
    true
}
