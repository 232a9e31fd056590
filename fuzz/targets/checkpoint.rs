// SPDX-License-Identifier: Apache-2.0
//! Signed notes, checkpoints and their keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::checkpoint(bytes));
