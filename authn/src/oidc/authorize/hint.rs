// SPDX-License-Identifier: Apache-2.0
//! An ID token of ours names the person that must be signed in (OpenID Connect Core, section
//! 3.1.2.1). It may have run out; its signature and issuer may not be wrong.

use super::Checking;
use crate::oidc::error::{Code, Error};
use crate::oidc::jws;

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let Some(hint) = checking.parameters.one("id_token_hint") else {
        return Ok(());
    };
    let claims = jws::verify(checking.keys, hint)
        .filter(|claims| claims.get("iss").and_then(|iss| iss.as_str()) == Some(checking.issuer));
    let sub = claims.and_then(|claims| claims.get("sub")?.as_str().map(str::to_owned));
    if sub.is_none() {
        return Err(Error::new(
            Code::InvalidRequest,
            "id_token_hint is not an ID token of ours",
        ));
    }
    checking.request.expected_sub = sub;
    Ok(())
}
