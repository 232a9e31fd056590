// SPDX-License-Identifier: Apache-2.0
//! Between our types and Cedar's: what the policies read of a case, and the policies that judge it.

mod compile;
mod evaluate;
mod facts;
mod frame;
mod judge;
mod policies;
mod request;
mod scope;
mod value;

pub(crate) use frame::Frame;
pub(crate) use judge::{Judge, Of};
pub(crate) use policies::{Checked, schema};
pub use policies::{LoadError, Policies, PolicyFile};
pub(crate) use request::{Asking, Types, Unbuildable};
