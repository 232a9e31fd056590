// SPDX-License-Identifier: Apache-2.0
//! Some clients must push their requests (RFC 9126, section 6): nothing that the browser can change counts.

use super::{Came, Checking};
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let must_push = checking.client.record.require_pushed_authorization_requests;
    if must_push && checking.came != Came::Pushed {
        return Err(Error::new(
            Code::InvalidRequest,
            "this client must push its authorization requests",
        ));
    }
    Ok(())
}
