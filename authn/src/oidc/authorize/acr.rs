// SPDX-License-Identifier: Apache-2.0
//! The assurance asked for (OpenID Connect Core, section 3.1.2.1): any of `acr_values` will do, so
//! the weakest that we know is the least. Values that neither we nor the client's record know ask for
//! nothing.

use super::Checking;
use crate::oidc::error::Error;

#[expect(clippy::unnecessary_wraps, reason = "one of the list of checks")]
pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let record = &checking.client.record;
    let values = checking.parameters.one("acr_values").unwrap_or_default();
    let known = values
        .split_ascii_whitespace()
        .filter(|acr| record.level_of(acr).is_some())
        .map(str::to_owned);
    let values: Vec<String> = known.collect();
    checking.request.level = values.iter().filter_map(|acr| record.level_of(acr)).min();
    checking.request.acr_values = values;
    Ok(())
}
