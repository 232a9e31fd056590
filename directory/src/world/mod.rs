// SPDX-License-Identifier: Apache-2.0
//! The world file: who and what exists, as one JSON object of maps keyed by id.
//!
//! [`parse`] takes bytes from strangers and gives a [`World`] in which every value is of its type,
//! every level is of its scheme and every reference finds its thing, or all the faults, each with
//! its JSON path. [`read`] leaves references aside, for files that build on a store. [`lenient`]
//! takes what it can: a scenario's `given` may plant faults that are to be met at decision.

mod entry;
mod fault;
mod fields;
mod lenient;
mod read;
mod references;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    Agency, AgencyId, Agreement, AgreementId, Channel, ChannelId, ConnectedServer, Device, DeviceId, Item,
    ItemId, Mission, MissionId, Node, NodeId, Person, PersonId, ServerId, ServerIds, Settings,
};

pub(crate) use fault::quoted;
pub use fault::{Fault, Path};
pub use lenient::lenient;
pub use read::{MAX_BYTES, MAX_DEPTH, MAX_FAULTS, parse, read};
pub use references::{Reference, references};

/// All that exists, as plain maps.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct World {
    /// The agencies.
    pub agencies: BTreeMap<AgencyId, Agency>,
    /// The missions.
    pub missions: BTreeMap<MissionId, Mission>,
    /// The agreements between schemes.
    pub agreements: BTreeMap<AgreementId, Agreement>,
    /// The people.
    #[serde(rename = "users")]
    pub people: BTreeMap<PersonId, Person>,
    /// The devices.
    pub devices: BTreeMap<DeviceId, Device>,
    /// The channels with their members.
    pub channels: BTreeMap<ChannelId, Channel>,
    /// The registered messages.
    pub messages: BTreeMap<ItemId, Item>,
    /// The registered files.
    pub files: BTreeMap<ItemId, Item>,
    /// The federation peers and media servers.
    pub nodes: BTreeMap<NodeId, Node>,
    /// The settings; absent in a file that does not speak of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// The connected servers. Not part of the file: what grants a server its powers is an act of
    /// its own.
    #[serde(skip)]
    pub servers: BTreeMap<ServerId, ConnectedServer>,
    /// The identifier tables of the connected servers. Not part of the file either.
    #[serde(skip)]
    pub server_ids: BTreeMap<ServerId, ServerIds>,
}

impl World {
    /// The settings, or what holds where none are on file.
    pub fn settings(&self) -> Settings {
        self.settings.clone().unwrap_or_default()
    }
}
