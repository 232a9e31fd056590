// SPDX-License-Identifier: Apache-2.0
//! Channels: what is written on them, who is in them, whom they take.

use countersign_labels::RawLabel;
use serde::{Deserialize, Serialize};

use crate::{AgencyId, MissionId, PersonId, ServerId, Set};

/// Whether a channel takes anything new.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// It does not.
    Closed,
    /// It does.
    #[default]
    Open,
}

/// How items in a channel are labelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelMode {
    /// Every item bears the channel's label.
    #[default]
    Fixed,
    /// As [`LabelMode::Portion`], for what is called a floating channel elsewhere. The highest label in it is
    /// not kept: it stays within the channel's, which all its members are cleared for, so no decision would
    /// depend on it.
    Floating,
    /// Each item may bear its own.
    Portion,
}

/// A channel, with its members; `Channel<()>` where they are kept apart, for they may be many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel<M = Set<PersonId>> {
    /// Its label, the ceiling for all in it. Kept as it was written: a label that cannot be
    /// understood is met at decision.
    pub label: RawLabel,
    /// Who is in it.
    #[serde(default)]
    pub members: M,
    /// Who owns it; absent, whoever holds the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owners: Option<Set<PersonId>>,
    /// The agency it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
    /// Need-to-know: a reader shares one of these, if there are any.
    #[serde(default)]
    pub missions: Set<MissionId>,
    /// A closed list of named readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Set<PersonId>>,
    /// Takes outsiders and guests.
    #[serde(default)]
    pub externals_allowed: bool,
    /// Takes industry at rank 1 and up.
    #[serde(default)]
    pub industry_allowed: bool,
    /// Open or closed.
    #[serde(default)]
    pub state: ChannelState,
    /// How its items are labelled.
    #[serde(default)]
    pub label_mode: LabelMode,
    /// Its existence is no secret.
    #[serde(default)]
    pub listed: bool,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The connected server that registered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerId>,
    /// The chat server reported a lower, wider or missing label: posting stops until an approved
    /// reclassification.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub label_drift: bool,
}

impl<M> Channel<M> {
    /// The same channel with `members` in place of what it had, and those that it had.
    pub fn exchange<N>(self, members: N) -> (Channel<N>, M) {
        let channel = Channel {
            label: self.label,
            members,
            owners: self.owners,
            agency: self.agency,
            missions: self.missions,
            recipients: self.recipients,
            externals_allowed: self.externals_allowed,
            industry_allowed: self.industry_allowed,
            state: self.state,
            label_mode: self.label_mode,
            listed: self.listed,
            name: self.name,
            server: self.server,
            label_drift: self.label_drift,
        };
        (channel, self.members)
    }
}
