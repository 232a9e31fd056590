// SPDX-License-Identifier: Apache-2.0
//! What the unit tests of this room share: a random source that repeats, and a moment.

use chrono::{DateTime, Utc};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// The same numbers in every run.
pub(crate) fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

/// A fixed moment.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}
