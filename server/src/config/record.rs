// SPDX-License-Identifier: Apache-2.0
//! How firmly the record is written before an answer leaves.

use schemars::JsonSchema;
use serde::Deserialize;

/// `[record]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    /// What an acknowledged decision survives.
    pub durability: Durability,
}

/// What an acknowledged decision survives.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// The loss of power: synced to disk, in groups. The production default.
    #[default]
    Power,
    /// The death of the process (kill -9), not of the machine.
    Process,
}
