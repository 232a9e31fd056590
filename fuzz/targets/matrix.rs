// SPDX-License-Identifier: Apache-2.0
//! What homeservers send: who is asking, their keys, events.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::matrix(bytes));
