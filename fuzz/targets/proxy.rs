// SPDX-License-Identifier: Apache-2.0
//! A proxy's headers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::proxy(bytes));
