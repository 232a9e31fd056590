// SPDX-License-Identifier: Apache-2.0
//! The nonce is carried as it came, if it is of a sane size (OpenID Connect Core, section 3.1.2.1).

use super::Checking;
use crate::oidc::error::{Code, Error};

const LONGEST: usize = 512;

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let nonce = checking.parameters.one("nonce");
    if nonce.is_some_and(|nonce| nonce.len() > LONGEST) {
        return Err(Error::new(Code::InvalidRequest, "nonce is too long"));
    }
    checking.request.nonce = nonce.map(str::to_owned);
    Ok(())
}
