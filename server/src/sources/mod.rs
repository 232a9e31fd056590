// SPDX-License-Identifier: Apache-2.0
//! Sources of people, as the house handles them: their records are written by administrators and by the
//! configuration, their secrets sealed, and they are tested.

pub mod carried;
pub mod configured;
pub mod health;
pub mod sample;
pub mod shown;
pub mod test;
pub mod written;
