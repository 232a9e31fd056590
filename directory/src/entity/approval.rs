// SPDX-License-Identifier: Apache-2.0
//! The second person's word, stored: bound to one action on one resource with one set of
//! parameters, good for a while, and good once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::PersonId;

/// A SHA-256 over the canonical form of what is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ParametersHash(pub [u8; 32]);

impl ParametersHash {
    /// The hash of `parameters`. Members are ordered by name first, so that two spellings of one
    /// JSON value agree.
    pub fn of(parameters: &serde_json::Value) -> Self {
        let canonical = sorted(parameters).to_string();
        Self::of_bytes(canonical.as_bytes())
    }

    /// The hash of bytes, such as an import file's.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        // INVARIANT: SHA-256 gives 32 bytes.
        Self(digest.as_ref().try_into().unwrap_or([0; 32]))
    }
}

impl From<ParametersHash> for String {
    fn from(hash: ParametersHash) -> Self {
        hex::encode(hash.0)
    }
}

impl TryFrom<String> for ParametersHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| "a hash is 64 hexadecimal digits")?;
        Ok(Self(bytes))
    }
}

/// Where an approval stands. A used one stays on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ApprovalState {
    /// Asked for; nobody has answered.
    Requested,
    /// Given, not yet used.
    Approved {
        /// The second person.
        approver: PersonId,
        /// When she said so.
        #[serde(with = "crate::time::at_start")]
        at: DateTime<Utc>,
    },
    /// Spent.
    Used {
        /// The second person.
        approver: PersonId,
        /// When she said so.
        #[serde(with = "crate::time::at_start")]
        at: DateTime<Utc>,
        /// When it was spent.
        #[serde(with = "crate::time::at_start")]
        used_at: DateTime<Utc>,
    },
}

/// An approval on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The action it is for: `clearance.import`.
    pub action: String,
    /// The type of the resource: `channel`.
    pub resource_kind: String,
    /// The resource's identifier.
    pub resource_id: String,
    /// What exactly is to be done.
    pub parameters: ParametersHash,
    /// Who asks. Never the one who approves; nobody, when the operator asks from the command line.
    pub requester: Option<PersonId>,
    /// When it was asked.
    #[serde(with = "crate::time::at_start")]
    pub requested_at: DateTime<Utc>,
    /// Good up to and including this second.
    #[serde(with = "crate::time::at_start")]
    pub expires_at: DateTime<Utc>,
    /// Why, in the requester's words.
    pub reason: String,
    /// Where it stands.
    #[serde(flatten)]
    pub state: ApprovalState,
}

impl Approval {
    /// The approver, if this approval can be used now for exactly this. Whether she is active and a
    /// security officer is for the decision to say.
    pub fn usable_by(
        &self,
        action: &str,
        resource: (&str, &str),
        parameters: ParametersHash,
        now: DateTime<Utc>,
    ) -> Option<&PersonId> {
        let bound = self.action == action
            && (self.resource_kind.as_str(), self.resource_id.as_str()) == resource
            && self.parameters == parameters;
        match &self.state {
            ApprovalState::Approved { approver, .. } if bound && now <= self.expires_at => Some(approver),
            _ => None,
        }
    }
}

fn sorted(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(name, value)| (name.clone(), sorted(value)))
                .collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(members.into_iter().collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_value_have_one_hash() {
        let a = serde_json::json!({"x": 1, "y": {"b": 1, "a": 2}});
        let b = serde_json::json!({"y": {"a": 2, "b": 1}, "x": 1});
        assert_eq!(ParametersHash::of(&a), ParametersHash::of(&b));
        assert_ne!(ParametersHash::of(&a), ParametersHash::of(&serde_json::json!({})));
    }
}
