// SPDX-License-Identifier: Apache-2.0
//! A person's own account: her ways to sign in and her sessions.

pub mod cards;
pub mod passkeys;
pub mod sessions;
pub mod show;
pub mod signout;
