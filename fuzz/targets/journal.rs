// SPDX-License-Identifier: Apache-2.0
//! A journal segment, and the payload of a frame.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::journal(bytes));
