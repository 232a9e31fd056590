// SPDX-License-Identifier: Apache-2.0
//! `/api/v1/signing-keys`: what others verify us by, and taking a key out that somebody else may know.

pub mod list;
pub mod withdraw;
