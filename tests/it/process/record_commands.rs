// SPDX-License-Identifier: Apache-2.0
//! `countersign audit …` as an auditor types it: an export is checked without its store, and replay
//! answers by exit code.

use std::fs;
use std::path::Path;
use std::process::Output;

use countersign_tests::house::question;
use countersign_tests::process::{Demo, client, run};
use serde_json::Value;

fn said(output: &Output) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    format!("{out}{err}")
}

/// A demo that answered `count` questions and stopped; the names of the decisions.
async fn demo_that_answered(count: usize, folder: &Path) -> Vec<String> {
    let demo = Demo::start(folder);
    let client = client();
    let token = demo.token(&client).await;
    let address = format!("{}/access/v1/evaluation", demo.text("/base_url"));
    let mut ids = Vec::new();
    for _ in 0..count {
        let body = question("alice", "channel.join", "ops-ns");
        let answer = client
            .post(&address)
            .bearer_auth(&token)
            .json(&body)
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        ids.push(answer["context"]["decision_id"].as_str().unwrap().to_owned());
    }
    ids
}

#[tokio::test]
async fn an_export_is_checked_without_its_store_and_a_bent_one_names_its_leaf() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let text = |path: &Path| path.display().to_string();
    let ids = demo_that_answered(3, &data).await;
    let first = folder.path().join("first.jsonl");
    let written = run(&["audit", "export", "--data-dir", &text(&data), &text(&first)]);
    assert!(written.status.success(), "{}", said(&written));
    let key = said(&written);
    let key = key.split("by the key ").nth(1).unwrap().trim().to_owned();
    let again = run(&["audit", "export", "--data-dir", &text(&data), &text(&first)]);
    assert_eq!(
        again.status.code(),
        Some(2),
        "an export is never written over: {}",
        said(&again)
    );

    demo_that_answered(2, &data).await;
    let second = folder.path().join("second.jsonl");
    let written = run(&[
        "audit",
        "export",
        "--data-dir",
        &text(&data),
        "--without-inputs",
        &text(&second),
    ]);
    assert!(written.status.success(), "{}", said(&written));
    let note = fs::read_to_string(&first).unwrap();
    let note = note
        .lines()
        .rfind(|line| line.contains("\"type\":\"checkpoint\""))
        .unwrap();
    let note: Value = serde_json::from_str(note).unwrap();
    let kept = folder.path().join("kept.note");
    fs::write(&kept, note["note"].as_str().unwrap()).unwrap();
    fs::rename(&data, folder.path().join("elsewhere")).unwrap();

    let verify = |export: &Path, more: &[&str]| {
        let export = text(export);
        run(&[&["audit", "verify", "--export", &export, "--key", &key], more].concat())
    };
    let whole = verify(&second, &["--kept", &text(&kept), "--kept", &text(&first)]);
    assert!(whole.status.success(), "{}", said(&whole));
    assert!(said(&whole).contains("1 kept ones passed"), "{}", said(&whole));
    let older = verify(&first, &["--kept", &text(&second)]);
    assert_eq!(older.status.code(), Some(1), "{}", said(&older));
    assert!(
        said(&older).contains("is missing: the earlier export"),
        "{}",
        said(&older)
    );

    let bent = folder.path().join("bent.jsonl");
    let at = fs::read_to_string(&first).unwrap();
    let leaves: Vec<&str> = at
        .lines()
        .filter(|line| line.starts_with("{\"type\":\"leaf\""))
        .collect();
    let leaf = leaves.iter().position(|line| line.contains(&ids[1])).unwrap();
    fs::write(
        &bent,
        at.replace(leaves[leaf], &leaves[leaf].replace("ops-ns", "ops-nr")),
    )
    .unwrap();
    let found = verify(&bent, &[]);
    assert_eq!(found.status.code(), Some(1), "{}", said(&found));
    assert!(
        said(&found).contains(&format!("leaf {leaf} does not fit")),
        "{}",
        said(&found)
    );

    for (arguments, what) in [
        (vec!["audit", "verify", "--export", "/nowhere"], "cannot be read"),
        (
            vec!["audit", "verify", "--kept", "12"],
            "neither a file nor SIZE:ROOT",
        ),
        (
            vec!["audit", "verify", "--key", "x", "--export", "/dev/null"],
            "not a key",
        ),
    ] {
        let refused = run(&arguments);
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(said(&refused).contains(what), "{}", said(&refused));
    }
}

#[tokio::test]
async fn replay_takes_decisions_again_and_says_what_is_no_longer_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let ids = demo_that_answered(2, folder.path()).await;
    demo_that_answered(1, folder.path()).await;
    let one = run(&["audit", "replay", "--data-dir", &data, &ids[0]]);
    assert!(one.status.success(), "{}", said(&one));
    assert!(said(&one).contains("the same, byte for byte"), "{}", said(&one));
    let all = run(&["audit", "replay", "--data-dir", &data, "--all"]);
    assert!(all.status.success(), "{}", said(&all));
    assert!(
        said(&all).contains("ok: 3 the same, 0 differ, 0 no longer kept"),
        "{}",
        said(&all)
    );
    let unknown = run(&["audit", "replay", "--data-dir", &data, "D-NONE"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));
}
