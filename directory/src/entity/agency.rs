// SPDX-License-Identifier: Apache-2.0
//! Agencies and missions.

use serde::{Deserialize, Serialize};

use crate::Country;

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// The country it belongs to.
    pub country: Country,
}

/// A mission. Need-to-know is sharing one with the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mission {
    /// Where it stands. Decides nothing by itself.
    pub state: String,
}
