// SPDX-License-Identifier: Apache-2.0
//! What is written on it: classification schemes as data, labels, their order, and the agreements
//! by which levels of one scheme are read in another.
//!
//! Boundaries: this room names no person and no channel, reads no clock and does no I/O. The
//! built-in schemes are compiled in from `policies/schemes/`.
//!
//! Worked example: `{"scheme": "NATO", "level": "ns"}` is a [`RawLabel`]; [`Schemes::label`] gives
//! the [`Label`] NATO SECRET of rank 3, releasable to the nations of NATO. A German GEHEIM reaches
//! it only through an [`Agreement`] from DE to NATO that is in force ([`Agreement::clearance_in`]).

mod agreement;
mod fold;
mod label;
mod order;
mod raw;
mod scheme;
mod schemes;

#[cfg(test)]
mod laws;

pub use agreement::{Agreement, Terms, TermsError};
pub use label::{Audience, Label, LabelError};
pub use order::{JoinError, Order, join, within};
pub use raw::RawLabel;
pub use scheme::{Briefing, ConstraintFault, DefaultRelease, Level, Satisfied, Scheme, Source, Tag};
pub use schemes::{Communities, SchemeError, Schemes};

/// Where a level stands. The built-in schemes share one axis from 0 to 4, with holes.
pub type Rank = u8;

/// From this rank up a personal clearance is needed.
pub const CLEARANCE_FROM: Rank = 2;

/// At this rank an acknowledged briefing is needed.
pub const BRIEFING_AT: Rank = 1;
