// SPDX-License-Identifier: Apache-2.0
//! The greatest age of the sign-in, in whole seconds (OpenID Connect Core, section 3.1.2.1).

use super::Checking;
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let Some(text) = checking.parameters.one("max_age") else {
        return Ok(());
    };
    let seconds = Some(text)
        .filter(|text| text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|text| text.parse().ok());
    if seconds.is_none() {
        return Err(Error::new(Code::InvalidRequest, "max_age is a number of seconds"));
    }
    checking.request.max_age = seconds;
    Ok(())
}
