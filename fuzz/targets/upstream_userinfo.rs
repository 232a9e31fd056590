// SPDX-License-Identifier: Apache-2.0
//! What a provider's userinfo endpoint says.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_upstream::upstream_userinfo(bytes));
