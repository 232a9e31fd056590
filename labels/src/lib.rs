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
//!
//! As words and in other formats labels are read and written by a [`Scribe`]: `NATO SECRET` and
//! `https://…/attr/nato-level/value/ns` are that label too.

mod agreement;
mod calendar;
mod communities;
mod fold;
mod format;
mod label;
mod marking;
mod nations;
pub mod opentdf;
mod order;
mod raw;
mod refusal;
mod release;
mod scheme;
mod schemes;
mod scribe;
pub mod stanag4774;
mod vocabulary;

#[cfg(test)]
mod formats;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod laws;

pub use agreement::{Agreement, Terms, TermsError};
pub use calendar::Calendar;
pub use communities::{Communities, DatedCommunities, Membership};
pub use format::{Format, UnknownFormat};
pub use label::{Audience, Label, LabelError};
pub use marking::us::{Portion, roll_up};
pub use marking::{Caveat, Combined, Group, MarkingWords, TagNames};
pub use order::{JoinError, Order, join, within};
pub use raw::RawLabel;
pub use refusal::{Place, Refusal};
pub use scheme::{Briefing, ConstraintFault, DefaultRelease, Level, Satisfied, Scheme, Source, Tag};
pub use schemes::{SchemeError, Schemes};
pub use scribe::{Limits, Scribe, UNNAMED_ORIGINATOR};

/// Where a level stands. The built-in schemes share one axis from 0 to 4, with holes.
pub type Rank = u8;

/// From this rank up a personal clearance is needed.
pub const CLEARANCE_FROM: Rank = 2;

/// At this rank an acknowledged briefing is needed.
pub const BRIEFING_AT: Rank = 1;
