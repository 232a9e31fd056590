// SPDX-License-Identifier: Apache-2.0
//! Who and what exists: people, agencies, missions, devices, channels and their members, registered
//! messages and files, nodes, agreements, connected servers, approvals.
//!
//! Boundaries: this room says what is on file and where it came from. Whether somebody *may* do a
//! thing is authz's answer; whether somebody *is* who she says is authn's. SQL lives in [`store`];
//! nothing here opens a transaction, reads a clock or draws randomness on its own.
//!
//! Worked example: an administrator uploads a world file. [`world::read`] turns the bytes into a
//! [`World`] or names every fault with its JSON path; [`operation::import`] compares it with the
//! store, writes what differs, records one row per change in the `changes` table and returns the
//! [`Event`]s that server puts on record, all in the caller's transaction.

pub mod amend;
pub mod change;
pub mod entity;
pub mod event;
pub mod id;
pub mod json;
pub mod ldap;
pub mod operation;
pub mod permit;
pub mod source;
pub mod store;
pub mod world;

mod country;
mod set;
mod time;

pub use change::{Change, ChangeKind, Cursor, Noun, Revision};
pub use country::{Country, CountryError};
pub use entity::*;
pub use event::Event;
pub use id::{
    AgencyId, AgreementId, ApprovalId, ChannelId, DeviceId, IdError, ItemId, MissionId, NodeId, PersonId,
    ServerId, SourceId,
};
pub use permit::{Actor, Permit, PermitError};
pub use set::Set;
pub use world::{Fault, World};
