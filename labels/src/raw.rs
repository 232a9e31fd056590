// SPDX-License-Identifier: Apache-2.0
//! A label as somebody wrote it, before anybody has understood it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A label as it stands in a world file, a question or the store. Unknown members are refused: a
/// misspelt restriction must not make a label weaker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLabel {
    /// The scheme's id.
    pub scheme: String,
    /// The level's id; case and accents do not matter.
    pub level: String,
    /// Tags that a reader must hold, every one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub compartments: BTreeSet<String>,
    /// Nations and communities of which a reader must belong to one. Absent: the scheme's default.
    /// Empty: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub releasable_to: Option<BTreeSet<String>>,
    /// Shown, never tested.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub caveats: BTreeSet<String>,
    /// Every nationality of a reader must be in the audience.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nationals_only: bool,
    /// Nobody reads it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateTime<Utc>>,
    /// The only agency that may extend its audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originator_controlled_by: Option<String>,
}

impl RawLabel {
    /// A plain label of a level.
    pub fn new(scheme: impl Into<String>, level: impl Into<String>) -> Self {
        Self {
            scheme: scheme.into(),
            level: level.into(),
            compartments: BTreeSet::new(),
            releasable_to: None,
            caveats: BTreeSet::new(),
            nationals_only: false,
            not_before: None,
            originator_controlled_by: None,
        }
    }

    /// Reads a label from JSON text.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_survives_being_written_and_read() {
        let text = br#"{"scheme":"US","level":"S","compartments":["SI"],"releasable_to":[],"nationals_only":true,"not_before":"2026-11-24T06:00:00Z","originator_controlled_by":"DOD"}"#;
        let label = RawLabel::parse(text).unwrap();
        assert_eq!(serde_json::to_string(&label).unwrap().as_bytes(), text);
    }

    #[test]
    fn a_misspelt_restriction_is_refused() {
        assert!(RawLabel::parse(br#"{"scheme":"US","level":"S","nationals_onyl":true}"#).is_err());
        assert!(RawLabel::parse(br#"{"scheme":"US"}"#).is_err());
        assert!(RawLabel::parse(br#"{"scheme":"US","level":3}"#).is_err());
        assert!(RawLabel::parse(br#"{"scheme":"US","level":"S","level":"U"}"#).is_err());
    }
}
