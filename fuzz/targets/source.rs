// SPDX-License-Identifier: Apache-2.0
//! The record of a source of people.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::source(bytes));
