// SPDX-License-Identifier: Apache-2.0
//! What a directory sends: messages, changes, entries.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::ldap_entry(bytes));
