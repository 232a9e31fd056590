// SPDX-License-Identifier: Apache-2.0
//! The things of the world, in the shapes of the world file, plus what production needs besides.
//!
//! `serde` writes the shapes that the world file and the store hold. Foreign bytes never come in
//! through `Deserialize` alone: [`crate::world::read`] names every fault with its path.

mod agency;
mod agreement;
mod approval;
mod channel;
mod clearance;
mod client;
mod connected;
mod device;
mod item;
mod mapping;
mod node;
mod person;
mod settings;

pub use agency::{Agency, Mission};
pub(crate) use agreement::clearances_alone;
pub use agreement::{Agreement, Coverage};
pub use approval::{Approval, ApprovalState, ParametersHash};
pub use channel::{Channel, ChannelState, LabelMode};
pub use clearance::{Attestation, Clearance, ClearanceKind, ClearanceState};
pub use client::Client;
pub use connected::{
    AccessCheck, ActionClass, Answers, Assertable, ClientsHeldTo, ConnectedServer, EntityKey, FailMode,
    OpenTdf, Owner, Posture, Reasons, Scope, Within,
};
pub use device::{Accreditation, Device, DeviceKey};
pub use item::{Item, ItemKind};
pub use mapping::{Mapping, ServerIds, Template, TemplateError};
pub use node::Node;
pub use person::{Contract, Person, PersonKind, Role, Status};
pub(crate) use settings::yes;
pub use settings::{Administration, Rules, Settings};

/// One entity as the tail of the change feed brings it.
#[derive(Debug, Clone, PartialEq)]
pub enum Entity {
    /// An agency.
    Agency(Agency),
    /// An agreement.
    Agreement(Agreement),
    /// An approval.
    Approval(Approval),
    /// A channel with its members.
    Channel(Channel),
    /// An application that people sign in to.
    Client(Client),
    /// A device.
    Device(Device),
    /// A registered message or file.
    Item(Item),
    /// This person is in this channel.
    Member(crate::ChannelId, crate::PersonId),
    /// A mission.
    Mission(Mission),
    /// A node.
    Node(Node),
    /// A person with her clearances.
    Person(Person),
    /// A connected server.
    Server(ConnectedServer),
    /// A connected server's identifier table.
    ServerIds(ServerIds),
    /// The settings.
    Settings(Settings),
    /// A source of people.
    Source(Box<crate::source::Source>),
}
