// SPDX-License-Identifier: Apache-2.0
//! Directories of agencies, as far as they can be understood without a socket: how a search is
//! written so that nobody's name becomes part of it, what an entry says, whether its account may be
//! used, which groups stand behind its groups, and what a whole reading changes.
//!
//! Worked example: somebody types `al*ce`. [`Filter::with_name`] puts it into the source's filter as
//! one value. The entry that was found is read by [`entry::Reader`] into [`Attributes`], its account
//! is judged by [`account::standing`], and the mapping makes a [`Sourced`] person of it. A
//! synchronisation does the same with every entry and hands the outcomes to [`sync::Diff`].
//!
//! [`Attributes`]: crate::source::Attributes
//! [`Sourced`]: crate::source::Sourced

pub mod account;
pub mod ber;
pub mod bind;
pub mod content_sync;
pub mod dn;
pub mod entry;
pub mod filter;
mod from_source;
pub mod groups;
pub mod report;
mod rules;
pub mod settings;
pub mod subject;
mod sum;
pub mod sync;

pub use dn::Dn;
pub use filter::Filter;
pub use from_source::Unusable;
pub use rules::Rules;
pub use settings::Settings;
pub use sum::sum;
