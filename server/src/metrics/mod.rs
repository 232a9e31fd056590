// SPDX-License-Identifier: Apache-2.0
//! What this process counts of itself. Counting is an addition at a known place; names are looked up when
//! somebody reads them. No metric names a person, a channel or a label.

pub mod decisions;
pub mod histogram;
pub mod requests;
pub mod text;

/// What is counted as it happens.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Decisions.
    pub decisions: decisions::Decisions,
    /// Requests.
    pub requests: requests::Requests,
}
