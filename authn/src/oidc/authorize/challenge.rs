// SPDX-License-Identifier: Apache-2.0
//! A PKCE challenge, S256 only (RFC 7636, section 4.3; RFC 9700, section 2.1.1). A confidential
//! client may be exempt; a public one never.

use super::Checking;
use crate::oidc::client::Pkce;
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let wrong = |description| Err(Error::new(Code::InvalidRequest, description));
    let method = checking.parameters.one("code_challenge_method");
    let Some(challenge) = checking.parameters.one("code_challenge") else {
        if method.is_some() {
            return wrong("code_challenge is missing");
        }
        let is_exempt = checking.client.record.pkce == Pkce::Exempt && !checking.client.is_public();
        return if is_exempt {
            Ok(())
        } else {
            wrong("code_challenge is required")
        };
    };
    if method != Some("S256") {
        return wrong("code_challenge_method must be S256");
    }
    let is_hash = challenge.len() == 43
        && challenge
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !is_hash {
        return wrong("code_challenge must be the base64url form of a SHA-256 hash");
    }
    checking.request.challenge = Some(challenge.to_owned());
    Ok(())
}
