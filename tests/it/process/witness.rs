// SPDX-License-Identifier: Apache-2.0
//! `countersign audit witness`: it signs what continues what it saw, and keeps the evidence of what does
//! not.

use std::path::Path;
use std::process::Output;

use countersign_tests::process::{Demo, command, run};

fn said(output: &Output) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    format!("{out}{err}")
}

/// The demo, watched by the witness whose entry is `key` and `token`.
fn watched(data: &Path, entry: &str) -> Demo {
    let line = |name: &str| {
        entry
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned()
    };
    let mut command = command();
    let witness = format!("[{{ {}, {} }}]", line("key"), line("token_sha256"));
    command.env("COUNTERSIGN_RECORD__WITNESSES", witness);
    command.env("COUNTERSIGN_RECORD__CHECKPOINT_SECONDS", "1");
    command.env("COUNTERSIGN_RECORD__ORIGIN", "demo/record");
    Demo::start_by(command, data)
}

#[test]
fn a_witness_signs_what_grows_and_refuses_another_history() {
    let folder = tempfile::tempdir().unwrap();
    let text = |name: &str| folder.path().join(name).display().to_string();
    let made = run(&[
        "audit",
        "witness",
        "new",
        "--name",
        "w.example/1",
        "--folder",
        &text("w"),
    ]);
    assert!(made.status.success(), "{}", said(&made));
    let again = run(&[
        "audit",
        "witness",
        "new",
        "--name",
        "w.example/1",
        "--folder",
        &text("w"),
    ]);
    assert_eq!(
        again.status.code(),
        Some(2),
        "a witness is never made anew over itself"
    );
    let entry = said(&made);
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy"));

    drop(watched(&data, &entry));
    let key = |data: &str| {
        let mut command = command();
        command.env("COUNTERSIGN_RECORD__ORIGIN", "demo/record");
        let file = format!("{data}.export");
        let _ = std::fs::remove_file(&file);
        let done = command
            .args(["audit", "export", "--data-dir", data, &file])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", said(&done));
        said(&done).split("by the key ").nth(1).unwrap().trim().to_owned()
    };
    let log_key = key(&text("data"));
    copy_folder(&data, &copy);

    let sign = |demo: &Demo| {
        let url = demo.text("/base_url").to_owned();
        run(&[
            "audit",
            "witness",
            "sign",
            "--folder",
            &text("w"),
            "--url",
            &url,
            "--log-key",
            &log_key,
        ])
    };
    for _ in 0..2 {
        // Each start makes the record grow.
        let demo = watched(&data, &entry);
        let signed = sign(&demo);
        assert!(signed.status.success(), "{}", said(&signed));
        drop(demo);
        key(&text("data"));
    }
    let demo = watched(&data, &entry);
    assert!(sign(&demo).status.success());
    drop(demo);

    // Somebody brings back the old copy, with its keys, and goes on from there.
    let forked = watched(&copy, &entry);
    let refused = sign(&forked);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("another history"), "{}", said(&refused));
    let kept = std::fs::read_dir(folder.path().join("w")).unwrap();
    let evidence = kept.filter(|file| {
        file.as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("evidence")
    });
    assert_eq!(evidence.count(), 1);
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
