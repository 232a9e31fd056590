// SPDX-License-Identifier: Apache-2.0
//! What a source said, and what it means here.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::mapping(bytes));
