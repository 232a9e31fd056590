// SPDX-License-Identifier: Apache-2.0
//! Directories of agencies, spoken to: TLS or nothing, each message through a gate, several servers
//! with a memory of which answer, sign-in by search and bind, and reading all of it page by page.
//! What is sent and what comes back is understood in the room `directory`.

pub mod apply;
pub mod connection;
pub mod desk;
pub mod directories;
pub mod gate;
pub mod group_tree;
pub mod password;
pub mod reading;
pub mod sign_in;
pub mod sync;
pub mod tester;

pub use connection::{Connection, LdapFault};
pub use desk::Desk;
pub use directories::Directories;
