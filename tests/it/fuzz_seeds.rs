// SPDX-License-Identifier: Apache-2.0
//! Every committed seed, whole and bent, through what `fuzz/` does with random bytes.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_tests::fuzz_targets::TARGETS;

#[test]
fn every_target_has_seeds_a_binary_and_a_test() {
    let names = TARGETS.map(|(name, _)| name.to_owned());
    assert_eq!(listed(&root().join("fuzz/seeds")), names);
    let binaries = listed(&root().join("fuzz/targets"));
    assert_eq!(binaries, names.map(|name| format!("{name}.rs")));
}

#[test]
fn seeds_are_read_or_refused_without_a_fault() {
    bend_seeds(200);
}

#[test]
#[ignore = "a minute; where cargo-fuzz cannot be had"]
fn seeds_are_read_or_refused_without_a_fault_however_bent() {
    bend_seeds(10_000);
}

/// Feeds each target its seeds, and `count` bent copies of each.
fn bend_seeds(count: u64) {
    for (name, target) in TARGETS {
        for file in listed(&root().join("fuzz/seeds").join(name)) {
            let bytes = fs::read(root().join("fuzz/seeds").join(name).join(file)).unwrap();
            target(&bytes);
            for number in 0..count {
                target(&bent(&bytes, number));
            }
        }
    }
}

/// Or the scenario target would try nothing.
#[test]
fn a_world_without_anybody_is_a_world() {
    assert!(countersign_directory::world::parse(b"{}").is_ok());
}

#[test]
fn shipped_worlds_and_scenarios_are_read() {
    for (name, folder) in [("world", "policies/worlds"), ("scenario", "policies/scenarios")] {
        let (_, target) = TARGETS.into_iter().find(|(other, _)| *other == name).unwrap();
        for file in listed(&root().join(folder)) {
            let bytes = fs::read(root().join(folder).join(file)).unwrap();
            for length in [bytes.len(), bytes.len() / 2, 0] {
                target(&bytes[..length]);
            }
        }
    }
}

/// One to four times cut short, or with a byte changed, doubled or taken out; the same each time.
fn bent(bytes: &[u8], number: u64) -> Vec<u8> {
    let mut bent = bytes.to_vec();
    for step in 0..=(number / 4) % 4 {
        if bent.is_empty() {
            break;
        }
        let random = (number * 4 + step + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let at = (random >> 32) as usize % bent.len();
        match (number + step) % 4 {
            0 => bent.truncate(at),
            1 => bent[at] = (random >> 8) as u8,
            2 => bent.insert(at, bent[at]),
            _ => drop(bent.remove(at)),
        }
    }
    bent
}

fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|cause| panic!("{}: {cause}", folder.display()));
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
