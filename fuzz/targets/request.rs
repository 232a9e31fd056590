// SPDX-License-Identifier: Apache-2.0
//! A request body that is taken means the same to a second reader.
#![no_main]

use countersign_server::http::strict_json;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = strict_json::parse(bytes) else { return };
    let usual: serde_json::Value = serde_json::from_slice(bytes).expect("the usual reader takes it too");
    assert_eq!(value, usual);
});
