// SPDX-License-Identifier: Apache-2.0
//! A SAML response.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_saml_sources::saml_response(bytes));
