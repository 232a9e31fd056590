// SPDX-License-Identifier: Apache-2.0
//! Silence: two worlds that differ only above what somebody may know give her the same bytes.

mod above;
mod beyond;
mod searching;
mod worlds;
