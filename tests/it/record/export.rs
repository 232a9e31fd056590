// SPDX-License-Identifier: Apache-2.0
//! An export on its own, without a store: any edit, reorder, truncation and fork is found, and the first
//! leaf that does not fit is named.

use chrono::DateTime;
use countersign_audit::checkpoint::Checkpoint;
use countersign_audit::checkpoint::note::Signer;
use countersign_audit::export::{Checker, Checks, ExportFault, ExportReport, Line};
use countersign_audit::tree::Frontier;
use countersign_audit::{Facets, Hash, Inputs, NewLeaf, hash};
use serde_json::json;

fn signer() -> Signer {
    Signer::from_seed("countersign.test/record", &[3; 32]).unwrap()
}

fn leaf(number: u64, says: &str) -> NewLeaf {
    let at = DateTime::from_timestamp_millis(1_764_000_000_000 + number as i64).unwrap();
    NewLeaf::new("decision", at, &json!({ "number": number, "says": says }))
        .facets(Facets {
            decision_id: Some(format!("D-{number}")),
            ..Facets::default()
        })
        .inputs(Inputs {
            salt: [number as u8; 16],
            bytes: format!("{{\"inputs\":{number}}}").into_bytes(),
        })
}

fn line(index: u64, leaf: &NewLeaf) -> String {
    let record = leaf.record(index, None);
    let inputs = leaf.inputs.as_ref().unwrap();
    Line::Leaf {
        hash: hash::leaf(&record).to_string(),
        record: String::from_utf8(record).unwrap(),
        salt: Some(hex::encode(inputs.salt)),
        inputs: Some(String::from_utf8(inputs.bytes.clone()).unwrap()),
    }
    .written()
}

/// An export of `leaves` with a checkpoint after every tenth, and its checkpoints.
fn export(leaves: &[NewLeaf]) -> (Vec<String>, Vec<Checkpoint>) {
    let origin = signer().name().to_owned();
    let key = signer().verifier_key().to_string();
    let mut lines = vec![
        Line::Head {
            version: 1,
            origin,
            key,
        }
        .written(),
    ];
    let mut tree = Frontier::default();
    let mut checkpoints = Vec::new();
    for (index, leaf) in (0..).zip(leaves) {
        lines.push(line(index, leaf));
        tree.append(hash::leaf(&leaf.record(index, None)), |_, _, _| {});
        if tree.size().is_multiple_of(10) {
            let checkpoint = Checkpoint {
                origin: signer().name().to_owned(),
                size: tree.size(),
                root: tree.root(),
            };
            let note = checkpoint.sign(&signer()).unwrap().to_string();
            lines.push(Line::Checkpoint { note }.written());
            checkpoints.push(checkpoint);
        }
    }
    lines.push(Line::end(tree.size(), &tree.root()).written());
    (lines, checkpoints)
}

fn history(length: u64) -> Vec<NewLeaf> {
    (0..length).map(|number| leaf(number, "as it was")).collect()
}

fn check(lines: &[String], checks: Checks) -> Result<(ExportReport, Vec<Hash>), ExportFault> {
    let mut checker = Checker::new(checks).keeping_hashes();
    for line in lines {
        checker.line(line.trim_end_matches('\n').as_bytes())?;
    }
    checker.finish()
}

fn signed() -> Checks {
    Checks {
        key: Some(signer().verifier_key()),
        ..Checks::default()
    }
}

fn kept(checkpoint: &Checkpoint) -> Checks {
    Checks {
        kept: vec![checkpoint.clone()],
        ..signed()
    }
}

/// Line 0 is the head, and after every tenth leaf stands a checkpoint.
fn line_of(leaf: usize) -> usize {
    1 + leaf + leaf / 10
}

#[test]
fn a_whole_export_verifies_and_passes_what_was_kept() {
    let (lines, checkpoints) = export(&history(25));
    let (report, hashes) = check(&lines, kept(&checkpoints[0])).unwrap();
    assert_eq!((report.leaves, report.inputs_kept, hashes.len()), (25, 25, 25));
    assert_eq!((report.checkpoints, report.signed, report.kept), (2, 2, 1));
    let earlier = check(&export(&history(17)).0, signed()).unwrap().1;
    let against = Checks { earlier, ..signed() };
    assert!(check(&lines, against).is_ok());
}

#[test]
fn an_edited_leaf_is_named() {
    let (mut lines, _) = export(&history(25));
    let at = line_of(13);
    lines[at] = lines[at].replace("as it was", "as it isnt");
    let found = check(&lines, signed()).unwrap_err();
    assert!(matches!(found, ExportFault::Leaf { index: 13, .. }), "{found}");
    let (mut lines, _) = export(&history(25));
    lines[at] = lines[at].replace("{\\\"inputs\\\":13}", "{\\\"inputs\\\":14}");
    let found = check(&lines, signed()).unwrap_err();
    assert!(matches!(found, ExportFault::Leaf { index: 13, .. }), "{found}");
}

#[test]
fn an_edited_leaf_with_its_hash_made_anew_is_found_between_two_checkpoints() {
    let (mut lines, _) = export(&history(25));
    lines[line_of(13)] = line(13, &leaf(13, "as it was not"));
    let found = check(&lines, signed()).unwrap_err();
    assert!(
        matches!(
            found,
            ExportFault::Range {
                from: 10,
                last: 19,
                ..
            }
        ),
        "{found}"
    );
}

#[test]
fn two_swapped_leaves_name_the_first() {
    let (mut lines, _) = export(&history(25));
    lines.swap(line_of(4), line_of(16));
    let found = check(&lines, signed()).unwrap_err();
    assert!(matches!(found, ExportFault::Leaf { index: 4, .. }), "{found}");
}

#[test]
fn a_dropped_end_names_the_first_missing_leaf() {
    let (lines, checkpoints) = export(&history(25));
    let cut = &lines[..=line_of(17)];
    let found = check(cut, signed()).unwrap_err();
    assert!(found.to_string().contains("stops before its end"), "{found}");
    let found = check(cut, kept(&checkpoints[1])).unwrap_err();
    assert!(
        matches!(
            found,
            ExportFault::Truncated {
                size: 18,
                signed: 20,
                ..
            }
        ),
        "{found}"
    );
    // Cut, and an end made for it: only what was kept elsewhere shows it.
    let (shorter, _) = export(&history(18));
    assert!(check(&shorter, signed()).is_ok());
    let found = check(&shorter, kept(&checkpoints[1])).unwrap_err();
    assert!(
        matches!(
            found,
            ExportFault::Truncated {
                size: 18,
                signed: 20,
                ..
            }
        ),
        "{found}"
    );
    let earlier = check(&lines, signed()).unwrap().1;
    let found = check(&shorter, Checks { earlier, ..signed() }).unwrap_err();
    assert!(
        matches!(
            found,
            ExportFault::Truncated {
                size: 18,
                signed: 25,
                ..
            }
        ),
        "{found}"
    );
}

#[test]
fn a_fork_after_a_restore_is_found_by_what_was_kept() {
    let (before, checkpoints) = export(&history(25));
    let mut other = history(25);
    for leaf in &mut other[14..] {
        leaf.kind = "another.history".into();
    }
    // All of it signed with the true key.
    let (lines, _) = export(&other);
    assert!(check(&lines, signed()).is_ok());
    assert!(
        check(&lines, kept(&checkpoints[0])).is_ok(),
        "the start is the same"
    );
    let found = check(&lines, kept(&checkpoints[1])).unwrap_err();
    assert!(
        matches!(
            found,
            ExportFault::Range {
                from: 10,
                last: 19,
                ..
            }
        ),
        "{found}"
    );
    let earlier = check(&before, signed()).unwrap().1;
    let found = check(&lines, Checks { earlier, ..signed() }).unwrap_err();
    assert!(matches!(found, ExportFault::Leaf { index: 14, .. }), "{found}");
}

#[test]
fn a_checkpoint_by_another_key_is_not_believed() {
    let (lines, _) = export(&history(25));
    let other = Signer::from_seed("countersign.test/record", &[4; 32]).unwrap();
    let checks = Checks {
        key: Some(other.verifier_key()),
        ..Checks::default()
    };
    let found = check(&lines, checks).unwrap_err();
    assert!(
        matches!(found, ExportFault::Checkpoint { line: 12, .. }),
        "{found}"
    );
}

#[test]
fn what_is_no_export_is_refused_with_its_line() {
    let (lines, _) = export(&history(3));
    let mut doubled = lines.clone();
    doubled.insert(1, lines[0].clone());
    let mut behind = lines.clone();
    behind.push(lines[1].clone());
    let mut headless = lines.clone();
    headless.remove(0);
    for (lines, at) in [(doubled, 2), (behind, lines.len() as u64 + 1), (headless, 1)] {
        let found = check(&lines, signed()).unwrap_err();
        assert!(
            matches!(found, ExportFault::Line { line, .. } if line == at),
            "{found}"
        );
    }
}
