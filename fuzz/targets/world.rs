// SPDX-License-Identifier: Apache-2.0
//! A world file is read, or its faults are named; each has a place.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(faults) = countersign_directory::world::parse(bytes) {
        assert!(!faults.is_empty(), "a refusal has a reason");
    }
});
