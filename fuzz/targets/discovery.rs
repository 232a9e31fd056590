// SPDX-License-Identifier: Apache-2.0
//! A discovery document of an OpenID provider.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_upstream::discovery(bytes));
