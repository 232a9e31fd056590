// SPDX-License-Identifier: Apache-2.0
//! One classification scheme, as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::fold::fold;
use crate::marking::MarkingWords;
use crate::{Label, Rank};

/// A classification scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Its short name.
    pub id: String,
    /// Its object identifier, where one is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oid: Option<String>,
    /// The version of this description.
    pub version: String,
    /// Its full name.
    pub title: String,
    /// Where this description comes from.
    pub source: Source,
    /// Its levels, lowest first. Ranks have holes on purpose.
    pub levels: Vec<Level>,
    /// The lowest level that asks for a personal clearance.
    pub clearance_from: String,
    /// The audience of a label that names none.
    pub default_release: DefaultRelease,
    /// The briefing asked at rank 1.
    pub briefing: Briefing,
    /// The compartments that it knows something about. Others are codewords, held by clearance.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// The words of its markings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markings: Option<MarkingWords>,
}

/// Where a piece of data comes from and who looked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document.
    pub text: String,
    /// The day on which somebody looked.
    pub checked_on: String,
    /// Who looked.
    pub checked_by: String,
}

/// One level of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its official short spelling.
    pub id: String,
    /// Where it stands on the shared axis.
    pub rank: Rank,
    /// The words that are shown.
    pub marking: String,
    /// The portion mark.
    pub short: String,
    /// The colour behind the marking, `#rrggbb`.
    pub background: String,
    /// The colour of its letters; contrast at least 4.5 to 1.
    pub foreground: String,
}

/// The audience of a label that names none: everybody below a rank, these from there up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultRelease {
    /// The rank from which it applies.
    pub from_rank: Rank,
    /// Nations and communities.
    pub to: BTreeSet<String>,
}

/// The briefing asked at rank 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Briefing {
    /// Its name.
    pub name: String,
    /// National briefings that do as well, for nationals of that nation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accepted_of_nationals: BTreeMap<String, String>,
}

/// How a compartment is satisfied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Satisfied {
    /// A clearance carries it.
    #[default]
    Clearance,
    /// The reader is on the channel's list of recipients.
    Recipients,
}

/// What a scheme knows about a compartment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// Its name.
    pub id: String,
    /// How it is satisfied.
    #[serde(default)]
    pub by: Satisfied,
    /// Levels at which it must not stand.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub excluded_at: BTreeSet<String>,
}

/// A label that its own scheme does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{tag}` does not go with `{level}` in `{scheme}`")]
pub struct ConstraintFault {
    /// The scheme.
    pub scheme: String,
    /// The level.
    pub level: String,
    /// The compartment that must not stand there.
    pub tag: String,
}

impl Scheme {
    /// The level of that name, whatever its case and accents.
    pub fn level(&self, name: &str) -> Option<&Level> {
        self.levels
            .iter()
            .find(|level| level.id == name)
            .or_else(|| self.levels.iter().find(|level| fold(&level.id) == fold(name)))
    }

    /// The highest level of at most `rank`: how clearances are rounded.
    pub fn level_down(&self, rank: Rank) -> Option<&Level> {
        self.levels
            .iter()
            .filter(|level| level.rank <= rank)
            .max_by_key(|level| level.rank)
    }

    /// The lowest level of at least `rank`: how labels are rounded.
    pub fn level_up(&self, rank: Rank) -> Option<&Level> {
        self.levels
            .iter()
            .filter(|level| level.rank >= rank)
            .min_by_key(|level| level.rank)
    }

    /// How `compartment` is satisfied. What the scheme does not know is held by clearance.
    pub fn satisfied(&self, compartment: &str) -> Satisfied {
        self.tags
            .iter()
            .find(|tag| tag.id == compartment)
            .map_or(Satisfied::Clearance, |tag| tag.by)
    }

    /// What is wrong with `label` by the scheme's own constraints.
    pub fn faults(&self, label: &Label) -> Vec<ConstraintFault> {
        self.faults_of(&self.tags, label)
    }

    /// Of what only its markings know. No decision asks this.
    pub(crate) fn marking_faults(&self, label: &Label) -> Vec<ConstraintFault> {
        self.markings
            .as_ref()
            .map(|words| self.faults_of(&words.tags, label))
            .unwrap_or_default()
    }

    fn faults_of(&self, tags: &[Tag], label: &Label) -> Vec<ConstraintFault> {
        tags.iter()
            .filter(|tag| label.compartments().contains(&tag.id) && tag.excluded_at.contains(label.level()))
            .map(|tag| ConstraintFault {
                scheme: self.id.clone(),
                level: label.level().to_owned(),
                tag: tag.id.clone(),
            })
            .collect()
    }
}
