// SPDX-License-Identifier: Apache-2.0
//! The corpus in `tests/saml/corpus`: what is taken, what is refused, and why. Another verifier reads the same
//! files and verdicts (`tests/saml/test_verdicts.py`), and both have to agree.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use countersign_authn::saml::{Gated, Limits};
use countersign_authn::upstream::saml::{Fault, response};
use countersign_tests::saml::{corpus, credential, now, provider, rules};

fn verdict(message: &str) -> String {
    let outcome = Gated::admit(message.as_bytes(), &Limits::MESSAGE)
        .map_err(Fault::from)
        .and_then(|gated| response::receive(&gated, &rules(), &provider(&[credential()]), &[], now()));
    match outcome {
        Ok(arrival) => format!("taken: {}", arrival.claimed.subject),
        Err(fault) => format!("refused: {fault}"),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("saml")
}

fn table() -> String {
    let mut table = String::new();
    for (name, message) in corpus() {
        let _ = writeln!(table, "{name}\t{}", verdict(&message));
    }
    table
}

/// S1, S2, S4, S5, S6, S7, S11, S12: each message, and what becomes of it.
#[test]
fn every_message_of_the_corpus_has_its_verdict() {
    let kept = std::fs::read_to_string(folder().join("verdicts.tsv")).unwrap();
    let rows = |text: &str| -> BTreeMap<String, String> {
        text.lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(name, verdict)| (name.to_owned(), verdict.to_owned()))
            .collect()
    };
    assert_eq!(rows(&table()), rows(&kept));
}

/// The files are what the generator makes, so that nobody has to trust either alone.
#[test]
fn the_corpus_on_disk_is_the_one_that_is_made() {
    let messages = corpus();
    for (name, message) in &messages {
        let kept = std::fs::read_to_string(folder().join("corpus").join(format!("{name}.xml"))).unwrap();
        assert!(kept == *message, "{name} is not as it is made");
    }
    let files = std::fs::read_dir(folder().join("corpus")).unwrap().count();
    assert_eq!(files, messages.len(), "a file too many");
}

/// S1, S2: whatever is wrapped how, nobody is who the attacker says.
#[test]
fn no_message_of_an_attacker_is_taken() {
    let mut taken = Vec::new();
    for (name, message) in corpus() {
        let verdict = verdict(&message);
        assert!(!verdict.contains("taken: mallory"), "{name}");
        if verdict.starts_with("taken") {
            taken.push(name);
        }
    }
    let good: Vec<&String> = taken.iter().filter(|name| name.starts_with("good-")).collect();
    assert_eq!(good.len(), 4);
    // The comment is not part of what was signed, and the whole name is read (S7).
    assert_eq!(taken.len(), good.len() + 1);
    assert_eq!(taken.last().map(String::as_str), Some("comment-in-name"));
}

#[test]
#[ignore = "writes the corpus anew"]
fn write_the_corpus() {
    std::fs::write(folder().join("verdicts.tsv"), table()).unwrap();
    for (name, message) in corpus() {
        std::fs::write(folder().join("corpus").join(format!("{name}.xml")), message).unwrap();
    }
}
