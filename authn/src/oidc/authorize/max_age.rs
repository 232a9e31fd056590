// SPDX-License-Identifier: Apache-2.0
//! The greatest age of the sign-in, in whole seconds (OpenID Connect Core, section 3.1.2.1):
//! the client's record may ask for less than the request does.

use super::Checking;
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let Some(text) = checking.parameters.one("max_age") else {
        checking.request.max_age = checking.client.record.max_age;
        return Ok(());
    };
    let seconds: Option<i64> = Some(text)
        .filter(|text| text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|text| text.parse().ok());
    if seconds.is_none() {
        return Err(Error::new(Code::InvalidRequest, "max_age is a number of seconds"));
    }
    let least = checking.client.record.max_age;
    checking.request.max_age = seconds.into_iter().chain(least).min();
    Ok(())
}
