// SPDX-License-Identifier: Apache-2.0
//! `/api/v1` for chat servers: channels and members as they report them, and what changed.

pub mod changes;
pub mod channel;
pub mod member;
pub mod stream;
