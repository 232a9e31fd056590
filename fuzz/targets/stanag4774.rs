// SPDX-License-Identifier: Apache-2.0
//! An XML confidentiality label.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::stanag4774(bytes));
