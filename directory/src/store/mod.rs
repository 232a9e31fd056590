// SPDX-License-Identifier: Apache-2.0
//! The directory's tables, a file per noun. Functions take a borrowed connection and never open or
//! commit a transaction; the same text runs on SQLite and on PostgreSQL.

pub mod admissions;
pub mod approvals;
pub mod break_glass;
pub mod changes;
pub mod channels;
pub mod clearances;
pub mod history;
pub mod members;
pub mod people;
pub mod person_sources;
pub mod postures;
pub mod proposals;
pub mod server_ids;
pub mod servers;
pub mod settings;
pub mod source_entries;
pub mod source_syncs;
pub mod sources;
pub mod sql;
pub mod tombstones;

mod documents;
mod error;
mod items;
mod line;
mod row;
pub(crate) mod shelf;
mod whole;

pub use channels::Channels;
pub use documents::{Agencies, Agreements, Devices, Missions, Nodes};
pub use error::StoreError;
pub use items::{Files, Messages};
pub use people::People;
pub use servers::Servers;
pub use shelf::{Shelf, load};
pub use sources::Sources;
pub use whole::{beside_people_and_channels, entity, load_world, put_world};
