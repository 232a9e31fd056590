// SPDX-License-Identifier: Apache-2.0
//! A label that has been understood.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{Rank, RawLabel};

/// Who may receive it, as far as nations go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Nobody is left out.
    Everybody,
    /// These nations; communities are expanded. Empty is nobody.
    Nations(Arc<BTreeSet<String>>),
}

impl Audience {
    /// Whether everybody here is in `other` too.
    pub fn is_subset(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Everybody) => true,
            (Self::Everybody, Self::Nations(_)) => false,
            (Self::Nations(a), Self::Nations(b)) => a.is_subset(b),
        }
    }

    /// The nations, unless it is everybody.
    pub fn nations(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::Everybody => None,
            Self::Nations(nations) => Some(nations),
        }
    }
}

/// Why a label cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// A compartment, nation or agency without a name.
    #[error("a label names something without a name")]
    EmptyName,
    /// The scheme has no such level.
    #[error("scheme `{scheme}` has no level `{level}`")]
    UnknownLevel {
        /// The scheme.
        scheme: String,
        /// The name that was written.
        level: String,
    },
    /// There is no such scheme.
    #[error("unknown scheme `{0}`")]
    UnknownScheme(String),
}

/// A label whose scheme and level exist and whose audience is known. Made by
/// [`crate::Schemes::label`] only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    scheme: Arc<str>,
    level: Arc<str>,
    rank: Rank,
    compartments: BTreeSet<String>,
    by_recipients: BTreeSet<String>,
    releasable_to: Option<BTreeSet<String>>,
    audience: Audience,
    caveats: BTreeSet<String>,
    nationals_only: bool,
    not_before: Option<DateTime<Utc>>,
    originator_controlled_by: Option<String>,
}

impl Label {
    pub(crate) fn understood(
        raw: &RawLabel,
        scheme: Arc<str>,
        level: Arc<str>,
        rank: Rank,
        audience: Audience,
        by_recipients: BTreeSet<String>,
    ) -> Self {
        Self {
            scheme,
            level,
            rank,
            compartments: raw.compartments.clone(),
            by_recipients,
            releasable_to: raw.releasable_to.clone(),
            audience,
            caveats: raw.caveats.clone(),
            nationals_only: raw.nationals_only,
            not_before: raw.not_before,
            originator_controlled_by: raw.originator_controlled_by.clone(),
        }
    }

    /// The same label with an audience that leaves nobody out; for labels read across schemes.
    pub(crate) fn for_everybody(mut self) -> Self {
        self.audience = Audience::Everybody;
        self
    }

    /// The same label without one of its caveats.
    pub(crate) fn without_caveat(mut self, caveat: &str) -> Self {
        self.caveats.remove(caveat);
        self
    }

    /// The same label without what is shown and never tested.
    #[must_use]
    pub fn without_caveats(mut self) -> Self {
        self.caveats.clear();
        self
    }

    /// Whether both say the same. An audience may be spelt differently: as nations, as a community
    /// or by saying nothing.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let one = Self {
            releasable_to: None,
            ..self.clone()
        };
        let other = Self {
            releasable_to: None,
            ..other.clone()
        };
        one == other
    }

    /// The scheme's id.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The level in its official spelling.
    pub fn level(&self) -> &str {
        &self.level
    }

    /// Where it stands.
    pub fn rank(&self) -> Rank {
        self.rank
    }

    /// All its compartments.
    pub fn compartments(&self) -> &BTreeSet<String> {
        &self.compartments
    }

    /// Those compartments that a channel's recipients satisfy, not a clearance.
    pub fn by_recipients(&self) -> &BTreeSet<String> {
        &self.by_recipients
    }

    /// Those compartments that a clearance must carry.
    pub fn by_clearance(&self) -> impl Iterator<Item = &str> {
        self.compartments
            .difference(&self.by_recipients)
            .map(String::as_str)
    }

    /// Who may receive it, as it was written.
    pub fn releasable_to(&self) -> Option<&BTreeSet<String>> {
        self.releasable_to.as_ref()
    }

    /// Who may receive it.
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// What is shown and never tested.
    pub fn caveats(&self) -> &BTreeSet<String> {
        &self.caveats
    }

    /// Whether every nationality of a reader must be in the audience.
    pub fn nationals_only(&self) -> bool {
        self.nationals_only
    }

    /// The moment before which nobody reads it.
    pub fn not_before(&self) -> Option<DateTime<Utc>> {
        self.not_before
    }

    /// The only agency that may extend its audience.
    pub fn originator_controlled_by(&self) -> Option<&str> {
        self.originator_controlled_by.as_deref()
    }

    /// The label as it would be written, in the official spelling.
    pub fn to_raw(&self) -> RawLabel {
        RawLabel {
            scheme: self.scheme.to_string(),
            level: self.level.to_string(),
            compartments: self.compartments.clone(),
            releasable_to: self.releasable_to.clone(),
            caveats: self.caveats.clone(),
            nationals_only: self.nationals_only,
            not_before: self.not_before,
            originator_controlled_by: self.originator_controlled_by.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schemes;

    #[test]
    fn levels_match_without_case_and_accents_and_are_written_officially() {
        let label = Schemes::builtin()
            .label(&RawLabel::new("FR", "très secret"))
            .unwrap();
        assert_eq!((label.level(), label.rank()), ("TRES SECRET", 4));
        assert_eq!(label.to_raw().level, "TRES SECRET");
    }

    #[test]
    fn unknown_levels_and_schemes_are_named() {
        let schemes = Schemes::builtin();
        assert_eq!(
            schemes
                .label(&RawLabel::new("NATO", "NOT-A-LEVEL"))
                .unwrap_err()
                .to_string(),
            "scheme `NATO` has no level `NOT-A-LEVEL`"
        );
        assert_eq!(
            schemes.label(&RawLabel::new("XX", "NS")),
            Err(LabelError::UnknownScheme("XX".into()))
        );
    }

    #[test]
    fn the_default_audience_begins_at_rank_1() {
        let schemes = Schemes::builtin();
        let audience = |level| {
            schemes
                .label(&RawLabel::new("NATO", level))
                .unwrap()
                .audience()
                .clone()
        };
        assert_eq!(audience("NU"), Audience::Everybody);
        assert_eq!(audience("NR").nations().unwrap().len(), 32);
    }

    #[test]
    fn an_empty_audience_is_nobody() {
        let raw = RawLabel {
            releasable_to: Some(BTreeSet::new()),
            ..RawLabel::new("NATO", "NU")
        };
        let label = Schemes::builtin().label(&raw).unwrap();
        assert!(label.audience().nations().unwrap().is_empty());
    }
}
