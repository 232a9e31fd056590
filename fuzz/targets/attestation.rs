// SPDX-License-Identifier: Apache-2.0
//! The model in an attestation object.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::attestation(bytes));
