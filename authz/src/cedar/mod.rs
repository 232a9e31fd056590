// SPDX-License-Identifier: Apache-2.0
//! Between our types and Cedar's: the request that a case becomes, and the policies that judge it.

mod facts;
mod policies;
mod record;
mod request;

pub(crate) use policies::{Candidates, Checked, schema};
pub use policies::{LoadError, Policies, PolicyFile};
pub(crate) use request::{Types, Unbuildable, asking};
