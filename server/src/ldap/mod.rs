// SPDX-License-Identifier: Apache-2.0
//! Directories of agencies, spoken to: TLS or nothing, each message through a gate, several servers
//! with a memory of which answer, sign-in by search and bind, and reading all of it page by page.
//! What is sent and what comes back is understood in the room `directory`.

mod answer;
pub mod apply;
mod changes;
pub mod connection;
pub mod desk;
pub mod directories;
mod due;
pub mod filing;
pub mod gate;
pub mod group_tree;
mod own_task;
pub mod paging;
pub mod password;
pub mod reading;
pub mod sign_in;
mod since;
pub mod sync;
pub mod tester;

pub use connection::{Connection, LdapFault};
pub use desk::Desk;
pub use directories::Directories;
