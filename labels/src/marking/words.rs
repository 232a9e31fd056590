// SPDX-License-Identifier: Apache-2.0
//! The words of a scheme's markings, as data. Most of them rest on samples and general knowledge:
//! each set names its source.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Satisfied, Source, Tag};

/// The words of one scheme's markings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkingWords {
    /// Where they come from.
    pub source: Source,
    /// The community that owns what is marked, where a release adds to it instead of replacing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Names of the policy in XML labels, the official one first; case does not matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_names: Vec<String>,
    /// Further spellings of a level that are read and never written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, Vec<String>>,
    /// The word of a level without its owner.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub plain: BTreeMap<String, String>,
    /// Words that say a level and compartments at once; read and never written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub combined: Vec<Combined>,
    /// Compartments that only markings know by name. To a decision they are codewords, held by
    /// clearance: what rests on an unverified grammar opens nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// The caveats that it knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<Caveat>,
    /// Levels at which a caveat must not stand.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub caveat_excluded_at: BTreeMap<String, BTreeSet<String>>,
    /// The lowest level of a control system, by its name. Names of its compartments are open.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<String, String>,
    /// Organisations that may be named in a release, besides nations and communities.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub organisations: BTreeSet<String>,
    /// Levels at which nothing is released beyond the owner.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub release_excluded_at: BTreeSet<String>,
    /// The words by which only nationals may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationals_only: Option<String>,
    /// What its tag sets are called in XML labels.
    #[serde(default)]
    pub tag_names: TagNames,
}

/// One word for a level with compartments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Combined {
    /// The word.
    pub words: String,
    /// The level.
    pub level: String,
    /// The compartments.
    pub compartments: BTreeSet<String>,
}

/// A caveat that a marking may show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caveat {
    /// Its name.
    pub id: String,
    /// Its abbreviation in portion marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<String>,
    /// Which part of the marking it stands in.
    #[serde(default)]
    pub group: Group,
}

/// The part of a marking that a caveat stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// How it is handled.
    #[default]
    Handling,
    /// What it is about.
    Descriptor,
    /// US: controls from outside the intelligence community.
    NonIc,
}

/// What tag sets are called in XML labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TagNames {
    /// Compartments, RESTRICTIVE.
    pub compartments: String,
    /// Caveats, INFORMATIVE.
    pub caveats: String,
    /// Releases, PERMISSIVE.
    pub release: String,
}

impl Default for TagNames {
    fn default() -> Self {
        Self {
            compartments: "Compartment".to_owned(),
            caveats: "Caveat".to_owned(),
            release: "Releasable To".to_owned(),
        }
    }
}

impl MarkingWords {
    /// Every level that is mentioned; they have to exist.
    pub(crate) fn levels(&self) -> impl Iterator<Item = &String> {
        self.words
            .keys()
            .chain(self.plain.keys())
            .chain(self.combined.iter().map(|combined| &combined.level))
            .chain(self.caveat_excluded_at.values().flatten())
            .chain(self.needs.values())
            .chain(&self.release_excluded_at)
            .chain(self.tags.iter().flat_map(|tag| &tag.excluded_at))
    }

    /// Whether it names the compartment as a handling instruction.
    pub(crate) fn is_handling(&self, tag: &str) -> bool {
        self.tags
            .iter()
            .any(|known| known.id == tag && known.by == Satisfied::Recipients)
    }
}
