// SPDX-License-Identifier: Apache-2.0
//! Signing in, a file per step. A step that succeeds leads to the page of the next; one that fails
//! shows the same page again with the reason.

pub mod again;
pub mod back;
pub mod card;
pub mod challenge;
pub mod code;
pub mod consent;
pub mod device;
pub mod device_certificate;
pub mod go_on;
pub mod name;
pub(crate) mod outcome;
mod pages;
pub mod passkey;
pub mod password;
pub mod recovery;
pub mod show;
mod step_up;
