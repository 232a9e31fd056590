// SPDX-License-Identifier: Apache-2.0
//! A full disk: guard 2 speaks, rank 0 goes on from space that was set aside, and all is well again
//! when there is room. On a small disk of its own; where nobody may mount one, there is nothing to see.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use countersign_tests::house::question;
use countersign_tests::process::{Demo, binary, client};
use serde_json::Value;

/// Runs what follows on a disk of 8 MB, mounted for that process alone.
const ON_A_SMALL_DISK: &str = "mount -t tmpfs -o size=8m tmpfs \"$0\" && exec \"$@\"";

fn may_mount() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let tried = Command::new("unshare")
        .args(["--mount", "--map-root-user", "bash", "-c", ON_A_SMALL_DISK])
        .arg(folder.path())
        .arg("true")
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

async fn ask(demo: &Demo, who: &str, channel: &str) -> Value {
    let client = client();
    let token = demo.token(&client).await;
    let address = format!("{}/access/v1/evaluation", demo.text("/base_url"));
    let body = question(who, "channel.join", channel);
    let answer = client
        .post(&address)
        .bearer_auth(&token)
        .json(&body)
        .send()
        .await
        .unwrap();
    answer.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_denies_from_rank_1_and_recovers_by_itself() {
    if !may_mount() {
        println!("nothing tried: no disk can be mounted here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut wrapped = Command::new("unshare");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_")) {
        wrapped.env_remove(name);
    }
    wrapped.args(["--mount", "--map-root-user", "bash", "-c", ON_A_SMALL_DISK]);
    wrapped.arg(folder.path()).arg(binary());
    let demo = Demo::start_by(wrapped, folder.path());
    // The same folder, as the process sees it.
    let seen = format!("/proc/{}/root{}", demo.child.id(), folder.path().display());
    let seen = PathBuf::from(seen);
    assert_eq!(ask(&demo, "alice", "ops-ns").await["decision"], true);

    let ballast = seen.join("ballast");
    fill(&ballast);
    let mut denied = Value::Null;
    for _ in 0..2_000 {
        denied = ask(&demo, "alice", "ops-ns").await;
        if denied["decision"] == false {
            break;
        }
    }
    assert_eq!(denied["context"]["reason"], "AUDIT_UNAVAILABLE", "{denied}");
    let late = ask(&demo, "alice", "town").await;
    assert_eq!(late["decision"], true, "rank 0 goes on: {late}");

    std::fs::remove_file(&ballast).unwrap();
    let mut back = Value::Null;
    for _ in 0..100 {
        back = ask(&demo, "alice", "ops-ns").await;
        if back["decision"] == true {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(back["decision"], true, "{back}");

    for told in [&late, &back] {
        let id = told["context"]["decision_id"].as_str().unwrap();
        // What is in the journal comes into the tree a moment later.
        let mut replayed = inside(&demo, &["audit", "replay", id], folder.path());
        for _ in 0..100 {
            if replayed.status.success() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            replayed = inside(&demo, &["audit", "replay", id], folder.path());
        }
        assert!(
            replayed.status.success(),
            "{}",
            String::from_utf8_lossy(&replayed.stderr)
        );
    }
    let verified = inside(&demo, &["audit", "verify"], folder.path());
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
}

/// Runs a command where the process's disk is to be seen.
fn inside(demo: &Demo, arguments: &[&str], data_dir: &Path) -> Output {
    Command::new("nsenter")
        .args(["--mount", "--user", "--preserve-credentials", "--target"])
        .arg(demo.child.id().to_string())
        .arg(binary())
        .args(arguments)
        .arg("--data-dir")
        .arg(data_dir)
        .output()
        .unwrap()
}

/// Takes all that is left of the disk.
fn fill(ballast: &std::path::Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(ballast).unwrap();
    for size in [65_536, 4_096, 512, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}
