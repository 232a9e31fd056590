// SPDX-License-Identifier: Apache-2.0
//! A person's own account: her ways to sign in and her sessions.

mod fresh;
pub mod passkeys;
pub mod password;
pub mod recovery;
pub mod sessions;
pub mod show;
pub mod signout;
