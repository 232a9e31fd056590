// SPDX-License-Identifier: Apache-2.0
//! `/api/v1/sources`: where people come from. A record that may widen waits for a second person; one that
//! only narrows, and disabling, hold at once. Secrets go in and never come out.

pub mod records;
pub mod test;
pub mod try_mapping;

use countersign_directory::source::apply::ApplyError;

use crate::http::problem::Problem;

impl From<ApplyError> for Problem {
    fn from(fault: ApplyError) -> Self {
        match fault {
            ApplyError::Store(cause) => cause.into(),
            fault => Self::bad_request(fault.to_string()),
        }
    }
}
