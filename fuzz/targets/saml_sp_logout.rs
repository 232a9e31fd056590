// SPDX-License-Identifier: Apache-2.0
//! A logout message of a service provider.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_saml::saml_sp_logout(bytes));
