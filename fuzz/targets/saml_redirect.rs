// SPDX-License-Identifier: Apache-2.0
//! A query of the redirect binding.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_saml_sources::saml_redirect(bytes));
