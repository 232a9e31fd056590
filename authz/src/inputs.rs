// SPDX-License-Identifier: Apache-2.0
//! What an answer rested on beside the world, as it is kept on record.

use chrono::{DateTime, Utc};
use countersign_directory::Revision;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::question::Reference;
use crate::{Context, Facts, Question, Snapshot};

/// The question, the facts and the moment; the world by its revision.
///
/// The record hashes the bytes of this, so every type in it declares its members in the order of
/// their names: written straight away, it is canonical JSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Inputs<'a> {
    /// The action's name.
    pub action: &'a str,
    /// What came with the question.
    pub context: &'a Context,
    /// What was known of the moment.
    pub facts: &'a Facts,
    /// The moment.
    pub now: DateTime<Utc>,
    /// What it was done to.
    pub resource: &'a Reference,
    /// The person.
    pub subject: &'a str,
    /// The revision of the world.
    pub world: Revision,
}

impl<'a> Inputs<'a> {
    /// Of a question that is asked of `snapshot` at `now`.
    pub fn of(question: &'a Question, facts: &'a Facts, snapshot: &Snapshot, now: DateTime<Utc>) -> Self {
        Self {
            action: &question.action,
            context: &question.context,
            facts,
            now,
            resource: &question.resource,
            subject: &question.subject,
            world: snapshot.revision(),
        }
    }

    /// As canonical JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        // INVARIANT: these types have text for keys and nothing that refuses to be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// As a JSON value.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Writes a value that somebody else wrote with its members in order.
pub(crate) fn sorted<S: Serializer>(value: &Option<Value>, out: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(Sorted).serialize(out)
}

struct Sorted<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => out.collect_seq(items.iter().map(Sorted)),
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                out.collect_map(members.into_iter().map(|(name, value)| (name, Sorted(value))))
            }
            plain => plain.serialize(out),
        }
    }
}
