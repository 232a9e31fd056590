// SPDX-License-Identifier: Apache-2.0
//! The record as auditors, witnesses and operators meet it.

mod checkpoints;
mod clocks;
mod export;
mod faults;
mod gaps;
mod history;
pub(crate) mod outage;
mod replay;
mod unavailable;
mod witnesses;
