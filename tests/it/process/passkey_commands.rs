// SPDX-License-Identifier: Apache-2.0
//! `countersign passkey …`: a list comes into force, and rules are held against the keys that people have.

use std::process::Output;

use countersign_tests::process::run;

use crate::authn::attestation::desk;

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_is_imported_told_and_held_against_rules_to_be() {
    let desk = desk("").await;
    desk.enrolled("dave").await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let root = file("root.pem", &desk.service.root);
    let config = &desk.house.app.config;
    let config = format!(
        "data_dir = \"{}\"\n[database]\nurl = \"{}\"\n[passkeys]\nmetadata_root = \"{root}\"\n",
        config.data_dir.display(),
        config.database.url()
    );
    let now = file("now.toml", &config);
    let stricter = file(
        "stricter.toml",
        &format!("{config}deny = [\"{}\"]\n", desk.maker.model()),
    );
    let entries = [desk.maker.entry("Oak Key 5", &["FIDO_CERTIFIED_L2"])];
    // Dated for the machine's own clock.
    let newer = file("newer.jwt", &desk.service.file(9, "2999-12-31", &entries));
    let store = ["--config", now.as_str()];
    let passkey = |arguments: &[&str]| run(&[&["passkey"], arguments, &store].concat());

    let imported = passkey(&["import", &newer]);
    assert_eq!(imported.status.code(), Some(0), "{}", text(&imported));
    let again = passkey(&["import", &newer]);
    assert_eq!(again.status.code(), Some(1), "{}", text(&again));
    let broken = passkey(&["import", &file("broken.jwt", "e30.e30.e30")]);
    assert_eq!(broken.status.code(), Some(2), "{}", text(&broken));
    let told = passkey(&["status"]);
    assert!(
        text(&told).contains("metadata 9 with 1 models; the next is due on 2999-12-31"),
        "{}",
        text(&told)
    );
    let previewed = passkey(&["preview", &stricter]);
    assert_eq!(previewed.status.code(), Some(0), "{}", text(&previewed));
    let line = "dave  Test key (Oak Key 5)  AAL3 -> refused (model_denied)";
    assert!(text(&previewed).contains(line), "{}", text(&previewed));
    assert!(
        text(&previewed).contains("1 of 1 passkeys are hit"),
        "{}",
        text(&previewed)
    );
    let same = passkey(&["preview", &now]);
    assert!(text(&same).contains("0 of 1 passkeys are hit"), "{}", text(&same));
}
