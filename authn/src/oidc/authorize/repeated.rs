// SPDX-License-Identifier: Apache-2.0
//! No parameter is there twice (RFC 6749, section 3.1).

use super::Checking;
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    if checking.parameters.is_repeated() {
        return Err(Error::new(Code::InvalidRequest, "a parameter is there twice"));
    }
    Ok(())
}
