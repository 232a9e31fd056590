// SPDX-License-Identifier: Apache-2.0
//! An answer of a provider's token endpoint.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_upstream::upstream_token(bytes));
