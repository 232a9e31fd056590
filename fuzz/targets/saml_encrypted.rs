// SPDX-License-Identifier: Apache-2.0
//! An encrypted assertion, or what is hidden in one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_saml_sources::saml_encrypted(bytes));
