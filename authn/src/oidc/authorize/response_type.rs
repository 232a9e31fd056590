// SPDX-License-Identifier: Apache-2.0
//! The code flow only (RFC 9700, section 2.1.2).

use super::Checking;
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    match checking.parameters.one("response_type") {
        Some("code") => Ok(()),
        Some(_) => Err(Error::new(Code::UnsupportedResponseType, "response_type is code")),
        None => Err(Error::new(Code::InvalidRequest, "response_type is missing")),
    }
}
