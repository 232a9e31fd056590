// SPDX-License-Identifier: Apache-2.0
//! A journal segment is read as far as it is whole, whatever follows.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    countersign_audit::journal::read_segment(bytes);
});
