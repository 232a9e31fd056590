// SPDX-License-Identifier: Apache-2.0
//! A scenario file, and a scenario of the simulator.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_tests::fuzz_targets::scenario(bytes));
