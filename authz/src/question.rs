// SPDX-License-Identifier: Apache-2.0
//! What is asked, in our own identifiers: server has mapped those of the chat server before.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// "May this person do this to that?"
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Question {
    /// The person's identifier.
    pub subject: String,
    /// The action's name: `channel.join`.
    pub action: String,
    /// What it is done to.
    pub resource: Reference,
    /// What the chat server sends with it, as far as its record lets it.
    #[serde(default)]
    pub context: Context,
}

/// A thing that a question names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// The channel by which it is judged when it is an item that is not registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Its identifier.
    pub id: String,
    /// Its type: channel, message, file, user, policy, import, audit_log.
    #[serde(rename = "type")]
    pub kind: String,
}

impl Reference {
    /// A reference.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
            channel: None,
        }
    }
}

/// What comes with a question.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Context {
    /// Who has approved. In production taken from a stored approval that fits this very act, never
    /// from the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    /// The label of the new message, channel or classification. Kept as it came: one that cannot be
    /// understood is a deny.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "crate::inputs::sorted"
    )]
    pub label: Option<Value>,
    /// The peer or media server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The items that are quoted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<Reference>,
    /// Those who are to receive it, where that is not everybody in the channel: may all of them?
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<Reference>,
    /// The label that the chat server holds the channel under, where it says so when somebody joins or
    /// reads: what is on file holds as well. A channel that is not on file is judged by it alone.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "crate::inputs::sorted"
    )]
    pub reported: Option<Value>,
    /// Who asked for break-glass. In production taken from the stored request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    /// Who is invited, written to, or given a clearance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Reference>,
    /// The channel into which is forwarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Reference>,
}
