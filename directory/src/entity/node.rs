// SPDX-License-Identifier: Apache-2.0
//! Nodes: federation peers, media servers, hosts of chat servers.

use serde::{Deserialize, Serialize};

use crate::{Accreditation, Set};

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// What it is accredited for; absent, rank 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<Accreditation>,
    /// Whether there is an agreement with whoever runs it.
    #[serde(default)]
    pub agreement: bool,
    /// The nations and communities it serves.
    #[serde(default)]
    pub communities: Set<String>,
}
