// SPDX-License-Identifier: Apache-2.0
//! The assurance asked for (OpenID Connect Core, section 3.1.2.1): any of `acr_values` will do, so
//! the weakest that we know is the least. Values that we do not know ask for nothing.

use super::Checking;
use crate::assurance::Level;
use crate::oidc::error::Error;

#[expect(clippy::unnecessary_wraps, reason = "one of the list of checks")]
pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let values = checking.parameters.one("acr_values").unwrap_or_default();
    checking.request.level = values.split_ascii_whitespace().filter_map(Level::from_acr).min();
    Ok(())
}
