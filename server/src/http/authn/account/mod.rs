// SPDX-License-Identifier: Apache-2.0
//! A person's own account: her ways to sign in, her sessions, the applications that they reach, what she is
//! cleared for, and what happened.

pub mod access;
pub mod activity;
pub mod apps;
pub mod cards;
pub mod devices;
pub mod extend;
pub(crate) mod fresh;
pub mod nav;
pub mod passkeys;
pub mod password;
pub mod recovery;
pub mod sessions;
pub mod show;
pub mod signout;
