// SPDX-License-Identifier: Apache-2.0
//! Setting up how to sign in, with a one-time link. Whoever holds the link is the person: it is in
//! the address of every page here, and nowhere else.

pub mod challenge;
mod done;
pub mod passkey;
pub mod password;
pub mod show;
