// SPDX-License-Identifier: Apache-2.0
//! What happened, for the record.

use serde_json::Value;

/// One thing that an operation did. Server appends it to the record in the operation's transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What happened, dotted by entity: `person.revoked`.
    pub kind: &'static str,
    /// The identifier of whom or what it happened to.
    pub subject: String,
    /// What a reader of the record needs to know besides. Holds no secrets.
    pub detail: Value,
}

impl Event {
    /// An event.
    pub fn new(kind: &'static str, subject: impl Into<String>, detail: Value) -> Self {
        Self {
            kind,
            subject: subject.into(),
            detail,
        }
    }
}
