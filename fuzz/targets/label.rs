// SPDX-License-Identifier: Apache-2.0
//! A label that is understood says the same again when it is written and read once more.
#![no_main]

use countersign_labels::{RawLabel, Schemes};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(raw) = RawLabel::parse(bytes) else { return };
    let Ok(label) = Schemes::builtin().label(&raw) else { return };
    let again = Schemes::builtin().label(&label.to_raw()).expect("what we write we can read");
    assert_eq!(label, again);
});
