// SPDX-License-Identifier: Apache-2.0
//! Request objects are not taken (OpenID Connect Core, section 3.1.2.6).

use super::Checking;
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    if checking.parameters.one("request").is_some() {
        return Err(Error::new(
            Code::RequestNotSupported,
            "the request parameter is not supported",
        ));
    }
    if checking.parameters.one("request_uri").is_some() {
        return Err(Error::new(
            Code::RequestUriNotSupported,
            "the request_uri parameter is not supported",
        ));
    }
    Ok(())
}
