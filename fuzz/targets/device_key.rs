// SPDX-License-Identifier: Apache-2.0
//! A device's public key and signature, as a page sends them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::device_key(bytes));
