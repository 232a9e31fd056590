// SPDX-License-Identifier: Apache-2.0
//! What somebody pastes into the tester of a SAML source.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_saml_sources::saml_pasted(bytes));
