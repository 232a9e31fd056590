// SPDX-License-Identifier: Apache-2.0
//! A key set of an OpenID provider and an ID token.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_upstream::id_token(bytes));
