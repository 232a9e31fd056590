// SPDX-License-Identifier: Apache-2.0
//! What judging a card costs with 200 MB of revocation lists in memory: path, policies and revocation,
//! without TLS and HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn::assurance::Level;
use countersign_authn::certificate::build::Store;
use countersign_authn::certificate::ocsp::Nobody;
use countersign_authn::certificate::revocation::Trust;
use countersign_authn::certificate::{Certificate, Crl, CrlSet, Oid, pem_certificates, pem_crls};
use countersign_authn::factor::card::{Cards, FirstUse, Issuer, Mapping, Presented};
use countersign_tests::pki::{Authority, Leaf, PIV};

const ISSUERS: u64 = 5;
const REVOKED: u64 = 1_000_000;
const CHECKS: usize = 5_000;

/// Measures, and prints one line per figure.
pub fn measure() {
    let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().expect("a time");
    let policy: Oid = PIV.parse().expect("a policy");
    let mut cards = Cards::default();
    let mut lists = Vec::new();
    let mut presented = Vec::new();
    let (mut read, mut bytes) = (Duration::ZERO, 0);
    for number in 0..ISSUERS {
        let authority = Authority::new(&format!("Agency CA {number}"));
        // Even numbers are revoked; the cards below have odd ones.
        let revoked: Vec<u64> = (0..REVOKED).map(|n| (1 << 60) + n * 2).collect();
        let list = pem_crls(authority.list(10, 28, &revoked).as_bytes()).expect("a list");
        let start = Instant::now();
        for der in &list {
            bytes += der.len();
            lists.push(Arc::new(Crl::from_der(der).expect("a list")));
        }
        read += start.elapsed();
        let certificate = |pem: &str| pem_certificates(pem.as_bytes()).expect("a certificate").remove(0);
        presented.push(Presented {
            chain: vec![certificate(&authority.issue(&Leaf::of((1 << 60) + 1, "a@b")).pem)],
        });
        cards.issuers.push(Issuer {
            name: number.to_string(),
            trust: Trust {
                anchor: Certificate::from_der(&certificate(&authority.pem)).expect("an anchor"),
                store: Store::default(),
                indirect: Vec::new(),
                grace: TimeDelta::zero(),
            },
            policies: [(policy, Level::Aal3)].into(),
            uses: vec!["1.3.6.1.5.5.7.3.2".parse().expect("a use")],
            mapping: Mapping::Upn,
            first_use: FirstUse::SignIn,
            soft_fail: false,
        });
    }
    let set = CrlSet::of(lists);
    println!(
        "lists read            {:>8} MB in {:.1} s",
        bytes / 1_000_000,
        read.as_secs_f64()
    );
    println!("kept in memory        {:>8} MB", set.bytes() / 1_000_000);
    let mut spans: Vec<Duration> = (0..CHECKS)
        .map(|turn| {
            let presented = &presented[turn % presented.len()];
            let start = Instant::now();
            let judged = cards.judge(presented, &set, &Nobody, now);
            let span = start.elapsed();
            assert!(judged.outcome.is_ok(), "{}", judged.why);
            span
        })
        .collect();
    spans.sort_unstable();
    for (name, place) in [("p50", CHECKS / 2), ("p99", CHECKS * 99 / 100)] {
        println!("card judged, {name}     {:>8} µs", spans[place].as_micros());
    }
}
