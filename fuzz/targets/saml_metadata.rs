// SPDX-License-Identifier: Apache-2.0
//! Metadata of a SAML provider.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_saml_sources::saml_metadata(bytes));
