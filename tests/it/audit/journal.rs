// SPDX-License-Identifier: Apache-2.0
//! The journal under a process that is killed, and on a disk that is full. The test binary starts
//! itself again as the writing child.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use countersign_audit::journal::{Claim, Durability, EpochReader, JournalError, Options, Step};
use countersign_audit::verify;

const FOLDER: &str = "COUNTERSIGN_TEST_JOURNAL";

/// Not a test of its own: the child that writes until it is killed, and says what was acknowledged.
#[test]
#[ignore = "started by the tests below"]
fn child_writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let options = Options {
        durability: Durability::Process,
        segment_bytes: 20_000,
        ..Options::default()
    };
    let journal = Claim::of(Path::new(&folder), "child")
        .unwrap()
        .open(options)
        .unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "\nepoch {}", journal.epoch()).unwrap();
    loop {
        let payload = vec![b'x'; 100];
        let sequence = journal.append(&payload).unwrap();
        writeln!(out, "written {sequence}").unwrap();
        out.flush().unwrap();
    }
}

/// Not a test of its own: the child that may write 30 kB to any file, and goes on after the refusal.
#[test]
#[ignore = "started by the tests below"]
fn child_writes_until_the_disk_is_full() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let options = Options {
        durability: Durability::Process,
        ..Options::default()
    };
    let journal = Claim::of(Path::new(&folder), "child")
        .unwrap()
        .open(options)
        .unwrap();
    let mut written = 0;
    let refused = loop {
        match journal.append(&[b'x'; 1000]) {
            Ok(sequence) => written = sequence,
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, JournalError::System { .. }), "{refused}");
    // What is short enough still fits: the half-written frame was taken back.
    assert_eq!(journal.append(b"small").unwrap(), written + 1);
    println!("\nwritten {}", written + 1);
}

fn child(test: &str, folder: &Path, shell: &str) -> Command {
    let mut command = Command::new("bash");
    let binary = std::env::current_exe().unwrap();
    let run = format!("{shell} exec \"$0\" --ignored --exact --nocapture \"$1\"");
    command
        .arg("-c")
        .arg(run)
        .arg(binary)
        .arg(format!("audit::journal::{test}"));
    command
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn count(folder: &Path, epoch: u64) -> u64 {
    let mut reader = EpochReader::open(folder, "child", epoch, 0).unwrap().unwrap();
    let mut count = 0;
    loop {
        match reader.step().unwrap() {
            Step::Entry(entry) => {
                count += 1;
                assert_eq!(entry.sequence, count);
            }
            Step::End | Step::Torn => return count,
            Step::Damage(damage) => panic!("{damage}"),
        }
    }
}

#[test]
fn every_frame_acknowledged_before_a_kill_is_there_after_it() {
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=10_u64 {
        let mut child = child("child_writes_until_it_is_killed", folder.path(), "")
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0;
        while acknowledged < 40 * round {
            let line = lines.next().expect("the child writes").unwrap();
            if let Some(number) = line.strip_prefix("written ") {
                acknowledged = number.parse().unwrap();
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was on its way to us when the child died was acknowledged too.
        for line in lines.map_while(Result::ok) {
            if let Some(number) = line
                .strip_prefix("written ")
                .and_then(|number| number.parse().ok())
            {
                acknowledged = number;
            }
        }
        assert!(count(folder.path(), round) >= acknowledged, "round {round}");
    }
    let report = verify::journals(folder.path()).unwrap();
    assert_eq!((report.epochs, report.damages.len()), (10, 0));
}

#[test]
fn a_full_disk_is_an_error_and_leaves_no_torn_frame() {
    let folder = tempfile::tempdir().unwrap();
    let limit = "trap '' XFSZ; ulimit -f 30;";
    let done = child("child_writes_until_the_disk_is_full", folder.path(), limit)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{out}");
    let written = out
        .lines()
        .find_map(|line| line.strip_prefix("written "))
        .unwrap();
    assert_eq!(count(folder.path(), 1).to_string(), written);
}
