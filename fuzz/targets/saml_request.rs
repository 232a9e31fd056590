// SPDX-License-Identifier: Apache-2.0
//! A service provider's request to sign somebody in.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_saml::saml_request(bytes));
