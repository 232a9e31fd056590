// SPDX-License-Identifier: Apache-2.0
//! Exports of the record.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::export(bytes));
