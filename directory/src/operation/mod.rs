// SPDX-License-Identifier: Apache-2.0
//! What can be done to the world: one operation per verb. Each takes the proof that it was allowed,
//! works in the caller's transaction, records its changes in the feed, and returns what happened.

pub mod admission;
pub mod agreement;
pub mod amend;
pub mod approval;
pub mod break_glass;
pub mod channel;
pub mod device;
pub mod import;
pub mod matching;
pub mod member;
pub mod person;
pub mod proposal;
pub mod server;
pub mod settings;

mod label;

pub(crate) use label::rises;

use crate::{Event, Revision};

/// What an operation did.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "the events belong on record"]
pub struct Outcome {
    /// For the record. Empty when nothing had to be done.
    pub events: Vec<Event>,
    /// The revision at which what was asked for holds.
    pub revision: Revision,
}
