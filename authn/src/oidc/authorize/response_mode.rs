// SPDX-License-Identifier: Apache-2.0
//! The answer goes back in the query, or in a form that the browser posts (OAuth 2.0 Form Post
//! Response Mode). Never in the fragment.

use super::{Checking, ResponseMode};
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    checking.request.response_mode = match checking.parameters.one("response_mode") {
        None | Some("query") => ResponseMode::Query,
        Some("form_post") => ResponseMode::FormPost,
        Some(_) => {
            return Err(Error::new(
                Code::InvalidRequest,
                "response_mode is query or form_post",
            ));
        }
    };
    Ok(())
}
