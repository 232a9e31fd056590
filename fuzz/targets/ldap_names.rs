// SPDX-License-Identifier: Apache-2.0
//! Filters and distinguished names of directories.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::ldap_names(bytes));
