// SPDX-License-Identifier: Apache-2.0
//! The command line: exit codes, and what an operator reads.

use std::process::Output;

use countersign_tests::process::run;

fn read(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn an_empty_store_is_set_up_for_two_officers_and_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let init = [
        "init",
        "--data-dir",
        &data,
        "--officer",
        "judy",
        "--officer",
        "kara",
        "--server",
        "chat",
    ];
    let done = run(&init);
    assert_eq!(code(&done), 0, "{}", read(&done.stderr));
    let text = read(&done.stdout);
    assert_eq!(text.matches("/enrol/").count(), 2, "{text}");
    assert!(text.contains("client_secret"), "{text}");
    let again = run(&init);
    assert_eq!(code(&again), 1, "a store that holds people is not set up again");
    let alone = run(&["init", "--data-dir", &data, "--officer", "judy"]);
    assert_eq!(code(&alone), 2);
}

#[test]
fn a_world_with_faults_is_refused_whole_with_each_place_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let file = folder.path().join("world.json");
    let world = r#"{"users": {"alice": {"kind": "government", "status": "active", "nationalities": [],
        "clearances": [{"scheme": "NATO", "level": "NOPE", "kind": "personnel", "state": "active",
        "valid_from": "2026-01-01", "valid_until": "2027-01-01"}]}, "bob": {"kind": "wizard", "status": "active"}}}"#;
    std::fs::write(&file, world).unwrap();
    let refused = run(&[
        "directory",
        "import",
        &file.display().to_string(),
        "--data-dir",
        &data,
    ]);
    assert_eq!(code(&refused), 2);
    let text = read(&refused.stderr);
    assert!(text.contains("users.alice.clearances[0].level"), "{text}");
    assert!(text.contains("users.bob.kind"), "{text}");
    assert_eq!(text.trim().lines().count(), 2, "one line per fault: {text}");
}

#[test]
fn a_row_that_fails_is_shown_and_exits_1() {
    let folder = tempfile::tempdir().unwrap();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let file = folder.path().join("rows.json");
    let rows = r#"{"at": "2026-11-23T12:00:00Z", "defaults": {"session": {"aal": 3, "auth_age_minutes": 1,
        "idle_minutes": 0, "revoked": false}, "device": "ns", "location": "DE"}, "scenarios": [
        {"id": "R1", "subject": "noah", "action": "channel.join", "resource": {"type": "channel", "id": "ops-ns"},
         "expect": {"decision": "allow"}}]}"#;
    std::fs::write(&file, rows).unwrap();
    let world = format!("{root}/policies/worlds/coalition.world.json");
    let ran = run(&["policy", "test", "--world", &world, &file.display().to_string()]);
    assert_eq!(code(&ran), 1);
    assert_eq!(
        read(&ran.stdout),
        "FAIL R1: expected allow, got deny CLEARANCE_LEVEL (guard 24)\n0 passed, 1 failed\n"
    );
}

#[test]
fn a_key_that_nobody_knows_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countersign.toml");
    std::fs::write(&file, "[listen]\nadress = \"127.0.0.1:1\"\n").unwrap();
    let checked = run(&["config", "check", "--config", &file.display().to_string()]);
    assert_eq!(code(&checked), 2);
    assert!(
        read(&checked.stderr).contains("adress"),
        "{}",
        read(&checked.stderr)
    );
}

#[test]
fn a_store_that_is_not_there_is_no_record_that_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("elsewhere").display().to_string();
    let verified = run(&["audit", "verify", "--data-dir", &data]);
    assert_eq!(code(&verified), 2, "{}", read(&verified.stdout));
    assert!(read(&verified.stderr).contains("there is no store"));
}
