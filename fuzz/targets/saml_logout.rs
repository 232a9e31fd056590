// SPDX-License-Identifier: Apache-2.0
//! A logout message.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::saml_logout(bytes));
