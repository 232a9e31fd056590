// SPDX-License-Identifier: Apache-2.0
//! The scope has `openid`; scopes that we do not know, or that the client may not
//! ask for, are left out (OpenID Connect Core, section
//! 3.1.2.1).

use super::Checking;
use crate::oidc::discovery::SCOPES;
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let asked: Vec<&str> = checking
        .parameters
        .one("scope")
        .unwrap_or_default()
        .split(' ')
        .collect();
    if !asked.contains(&"openid") {
        return Err(Error::new(Code::InvalidScope, "scope must contain openid"));
    }
    let record = &checking.client.record;
    let known: Vec<&str> = SCOPES
        .into_iter()
        .filter(|scope| asked.contains(scope) && (*scope == "openid" || record.may_ask_for(scope)))
        .collect();
    checking.request.scope = known.join(" ");
    Ok(())
}
