// SPDX-License-Identifier: Apache-2.0
//! The client is registered for this flow (RFC 6749, section 3.1.2.4).

use super::Checking;
use crate::oidc::client::Grant;
use crate::oidc::error::{Code, Error};

pub(super) fn unknown() -> Error {
    Error::new(
        Code::InvalidClient,
        "client_id is missing, repeated or not registered here",
    )
}

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    if checking.parameters.one("client_id") != Some(checking.client.record.id.as_str()) {
        return Err(unknown());
    }
    if !checking.client.may(Grant::AuthorizationCode) {
        return Err(Error::new(
            Code::UnauthorizedClient,
            "this client signs nobody in",
        ));
    }
    Ok(())
}
