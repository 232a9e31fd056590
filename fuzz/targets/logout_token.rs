// SPDX-License-Identifier: Apache-2.0
//! A logout token of an OpenID provider.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_upstream::logout_token(bytes));
