// SPDX-License-Identifier: Apache-2.0
//! What a SAML response costs: from the form's field to a claim, without HTTP and store. One thread, for
//! signatures are verified one at a time.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_authn::saml::{Gated, Limits, post};
use countersign_authn::upstream::saml::response::receive;
use countersign_tests::saml::{Draft, credential, now, provider, rules};

const TURNS: usize = 5_000;

/// Measures, and prints one line per figure.
pub fn measure() {
    let good = Draft {
        attributes: vec![("groups", (0..50).map(|n| format!("group-{n}")).collect())],
        ..Draft::default()
    };
    let provider = provider(&[credential()]);
    for (name, message) in [
        ("assertion signed", good.assertion_signed()),
        ("both signed", good.both_signed()),
    ] {
        let field = STANDARD.encode(&message);
        let mut spans: Vec<Duration> = (0..TURNS)
            .map(|_| {
                let start = Instant::now();
                let message = post::read(&field).expect("it passes the gate");
                let received = receive(&message, &rules(), &provider, &[], now());
                let span = start.elapsed();
                assert!(received.is_ok(), "{received:?}");
                span
            })
            .collect();
        let all: Duration = spans.iter().sum();
        spans.sort_unstable();
        println!(
            "{name:<20}{:>8} bytes {:>8.0} responses/s, p50 {:>6} µs, p99 {:>6} µs",
            message.len(),
            TURNS as f64 / all.as_secs_f64(),
            spans[TURNS / 2].as_micros(),
            spans[TURNS * 99 / 100].as_micros()
        );
    }
    let start = Instant::now();
    let message = good.assertion_signed();
    for _ in 0..TURNS {
        Gated::admit(message.as_bytes(), &Limits::MESSAGE).expect("it passes the gate");
    }
    println!(
        "{:<20}{:>8} µs each",
        "of it, the gate",
        (start.elapsed() / TURNS as u32).as_micros()
    );
}
