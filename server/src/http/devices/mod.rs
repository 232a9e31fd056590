// SPDX-License-Identifier: Apache-2.0
//! `/api/v1` for devices: that one is lost, and what management systems find.

pub mod lost;
pub mod posture;
