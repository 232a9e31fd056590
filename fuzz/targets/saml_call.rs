// SPDX-License-Identifier: Apache-2.0
//! What a service provider answers to a call.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_saml::saml_call(bytes));
