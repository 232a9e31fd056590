// SPDX-License-Identifier: Apache-2.0
//! What the page is to do; `none` stands alone (OpenID Connect Core, section 3.1.2.1).

use super::{Checking, Prompt};
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    for word in checking
        .parameters
        .one("prompt")
        .unwrap_or_default()
        .split_ascii_whitespace()
    {
        let prompt = match word {
            "consent" => Prompt::Consent,
            "login" => Prompt::Login,
            "none" => Prompt::None,
            "select_account" => Prompt::SelectAccount,
            _ => {
                return Err(Error::new(
                    Code::InvalidRequest,
                    "prompt has a value that is not known",
                ));
            }
        };
        checking.request.prompt.insert(prompt);
    }
    let prompt = &checking.request.prompt;
    if prompt.contains(&Prompt::None) && prompt.len() > 1 {
        return Err(Error::new(Code::InvalidRequest, "prompt=none stands alone"));
    }
    Ok(())
}
