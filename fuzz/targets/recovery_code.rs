// SPDX-License-Identifier: Apache-2.0
//! A recovery code as it is typed.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::recovery_code(bytes));
