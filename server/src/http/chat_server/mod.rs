// SPDX-License-Identifier: Apache-2.0
//! What a chat server asks beside single decisions: whole lists at once, in answers as short as they
//! can be.

pub mod catalog;
pub mod check;
pub mod evictions;
pub mod filter;
