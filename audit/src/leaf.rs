// SPDX-License-Identifier: Apache-2.0
//! A leaf on its way into the record: what the caller says, and how it is written down.
//!
//! The record of a leaf is one canonical JSON object. It repeats the index, the kind, the time and
//! the facets, so that columns kept for filtering can be checked against what was hashed.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use crate::canonical;
use crate::hash::{self, Hash};

/// Something that happened, not yet in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLeaf {
    /// What kind of thing, e.g. `decision` or `person.revoked`.
    pub kind: String,
    /// When, to the millisecond.
    pub at: DateTime<Utc>,
    /// What the kind needs to say, as canonical JSON.
    pub body: Vec<u8>,
    /// What a console filters by.
    pub facets: Facets,
    /// What the decision rested on; kept beside the leaf, which holds its salted hash.
    pub inputs: Option<Inputs>,
}

/// What a console filters by. Part of the record, and columns of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Whom it is about.
    pub subject: Option<String>,
    /// How it ended, e.g. `deny`.
    pub outcome: Option<String>,
    /// The reason code.
    pub reason: Option<String>,
    /// The decision's random id.
    pub decision_id: Option<String>,
}

/// Inputs that are kept beside a leaf and can be dropped without breaking the tree.
#[derive(Clone, PartialEq, Eq)]
pub struct Inputs {
    /// Random; keeps the hash in the leaf from being guessed back.
    pub salt: [u8; 16],
    /// Canonical JSON.
    pub bytes: Vec<u8>,
}

/// Where in which journal a leaf waited before it came into the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The writing process's name.
    pub process: String,
    /// Counts the times that this process opened its journal.
    pub epoch: u64,
    /// Counts frames within the epoch, from 1.
    pub sequence: u64,
}

impl NewLeaf {
    /// A leaf of `kind` at `at` that says `body`.
    pub fn new(kind: impl Into<String>, at: DateTime<Utc>, body: &Value) -> Self {
        Self::written(kind, at, canonical::bytes(body))
    }

    /// The same of a `body` that has been written as canonical JSON.
    pub fn written(kind: impl Into<String>, at: DateTime<Utc>, body: Vec<u8>) -> Self {
        Self {
            kind: kind.into(),
            at,
            body,
            facets: Facets::default(),
            inputs: None,
        }
    }

    /// With facets to filter by.
    #[must_use]
    pub fn facets(self, facets: Facets) -> Self {
        Self { facets, ..self }
    }

    /// With inputs to keep beside it.
    #[must_use]
    pub fn inputs(self, inputs: Inputs) -> Self {
        Self {
            inputs: Some(inputs),
            ..self
        }
    }

    /// The bytes that are hashed when this leaf becomes number `index`.
    pub fn record(&self, index: u64, origin: Option<&Origin>) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len() + 256);
        out.extend_from_slice(b"{\"at\":");
        canonical::string(&self.at.to_rfc3339_opts(SecondsFormat::Millis, true), &mut out);
        out.extend_from_slice(b",\"body\":");
        out.extend_from_slice(&self.body);
        member("decision_id", self.facets.decision_id.as_deref(), &mut out);
        out.extend_from_slice(b",\"index\":");
        out.extend_from_slice(index.to_string().as_bytes());
        let inputs = self.inputs.as_ref().map(|inputs| inputs.hash().to_string());
        member("inputs_hash", inputs.as_deref(), &mut out);
        member("journal", origin.map(ToString::to_string).as_deref(), &mut out);
        member("kind", Some(&self.kind), &mut out);
        member("outcome", self.facets.outcome.as_deref(), &mut out);
        member("reason", self.facets.reason.as_deref(), &mut out);
        member("subject", self.facets.subject.as_deref(), &mut out);
        out.push(b'}');
        out
    }

    /// The form in which it waits in a journal.
    pub fn encode(&self) -> Vec<u8> {
        let inputs = self.inputs.as_ref();
        let mut out = Vec::with_capacity(self.body.len() + inputs.map_or(0, |i| i.bytes.len()) + 256);
        out.push(FORM);
        out.extend_from_slice(&self.at.timestamp_millis().to_le_bytes());
        field(Some(self.kind.as_bytes()), &mut out);
        field(Some(&self.body), &mut out);
        for facet in [
            &self.facets.subject,
            &self.facets.outcome,
            &self.facets.reason,
            &self.facets.decision_id,
        ] {
            field(facet.as_ref().map(String::as_bytes), &mut out);
        }
        field(inputs.map(|inputs| inputs.salt.as_slice()), &mut out);
        field(inputs.map(|inputs| inputs.bytes.as_slice()), &mut out);
        out
    }

    /// Reads what [`NewLeaf::encode`] wrote; nothing else is accepted.
    pub fn decode(encoded: &[u8]) -> Option<Self> {
        let (form, rest) = encoded.split_first()?;
        let (at, mut rest) = rest.split_first_chunk::<8>()?;
        let at = DateTime::from_timestamp_millis(i64::from_le_bytes(*at))?;
        let leaf = Self::fields(at, &mut rest).ok()?;
        (*form == FORM && rest.is_empty()).then_some(leaf)
    }

    fn fields(at: DateTime<Utc>, rest: &mut &[u8]) -> Result<Self, Malformed> {
        Ok(Self {
            at,
            kind: text(rest)?.ok_or(Malformed)?,
            body: take(rest)?.ok_or(Malformed)?.to_vec(),
            facets: Facets {
                subject: text(rest)?,
                outcome: text(rest)?,
                reason: text(rest)?,
                decision_id: text(rest)?,
            },
            inputs: match (take(rest)?, take(rest)?) {
                (None, None) => None,
                (Some(salt), Some(bytes)) => {
                    let salt = salt.try_into().map_err(|_| Malformed)?;
                    Some(Inputs {
                        salt,
                        bytes: bytes.to_vec(),
                    })
                }
                _ => return Err(Malformed),
            },
        })
    }
}

impl Inputs {
    /// The salted hash that the leaf holds as `inputs_hash`.
    pub fn hash(&self) -> Hash {
        hash::inputs(&self.salt, &self.bytes)
    }
}

impl fmt::Debug for Inputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inputs({} bytes)", self.bytes.len())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.process, self.epoch, self.sequence)
    }
}

impl Origin {
    /// Reads `process/epoch/sequence`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(3, '/');
        let sequence = parts.next()?.parse().ok()?;
        let epoch = parts.next()?.parse().ok()?;
        Some(Self {
            process: parts.next()?.to_owned(),
            epoch,
            sequence,
        })
    }
}

fn member(name: &str, value: Option<&str>, out: &mut Vec<u8>) {
    if let Some(value) = value {
        out.push(b',');
        canonical::string(name, out);
        out.push(b':');
        canonical::string(value, out);
    }
}

fn field(bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    let length = bytes.map_or(ABSENT, |bytes| bytes.len() as u32);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes.unwrap_or_default());
}

fn take<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Malformed> {
    let (length, after) = rest.split_first_chunk::<4>().ok_or(Malformed)?;
    let length = u32::from_le_bytes(*length);
    if length == ABSENT {
        *rest = after;
        return Ok(None);
    }
    let (bytes, after) = after.split_at_checked(length as usize).ok_or(Malformed)?;
    *rest = after;
    Ok(Some(bytes))
}

fn text(rest: &mut &[u8]) -> Result<Option<String>, Malformed> {
    let bytes = take(rest)?;
    bytes
        .map(|bytes| String::from_utf8(bytes.to_vec()).map_err(|_| Malformed))
        .transpose()
}

struct Malformed;

/// Written first, so that a later form can be told apart.
const FORM: u8 = 1;
const ABSENT: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn leaf(subject: Option<String>, inputs: Option<Vec<u8>>) -> NewLeaf {
        NewLeaf {
            inputs: inputs.map(|bytes| Inputs { salt: [7; 16], bytes }),
            ..NewLeaf::new(
                "decision",
                DateTime::from_timestamp_millis(12).unwrap(),
                &json!({"b": 1}),
            )
        }
        .facets(Facets {
            subject,
            outcome: Some("deny".into()),
            ..Facets::default()
        })
    }

    #[test]
    fn a_record_is_canonical_json() {
        let origin = Origin {
            process: "p".into(),
            epoch: 2,
            sequence: 3,
        };
        let record = leaf(Some("a\"b".into()), Some(vec![1])).record(9, Some(&origin));
        let value: Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(canonical::bytes(&value), record);
        assert_eq!(value["journal"], "p/2/3");
        assert_eq!(Origin::parse("p/2/3"), Some(origin));
    }

    proptest! {
        #[test]
        fn the_journal_form_goes_round(subject in ".{0,20}", inputs in proptest::option::of(any::<Vec<u8>>())) {
            let leaf = leaf(Some(subject), inputs);
            prop_assert_eq!(NewLeaf::decode(&leaf.encode()), Some(leaf));
        }

        #[test]
        fn strange_bytes_are_refused_quietly(bytes in any::<Vec<u8>>()) {
            if let Some(leaf) = NewLeaf::decode(&bytes) {
                prop_assert_eq!(leaf.encode(), bytes);
            }
        }
    }
}
