// SPDX-License-Identifier: Apache-2.0
//! `countersign audit verify`, as an auditor runs it.

use clap::Parser;
use countersign_audit::store;
use countersign_server::cli::{Command, Failure};
use countersign_tests::database::{self, TestDatabase};

use super::{connection, execute, fill};

/// Runs the command over `database`, with `more` arguments.
fn verify(database: &TestDatabase, more: &[&str]) -> Result<(), Failure> {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("countersign.toml");
    let data_dir = folder.path().display();
    let text = format!(
        "data_dir = \"{data_dir}\"\n[database]\nurl = \"{}\"\n",
        database.url
    );
    std::fs::write(&config, text).unwrap();
    let arguments = [
        "countersign",
        "audit",
        "verify",
        "--config",
        config.to_str().unwrap(),
    ];
    let command = Command::try_parse_from(arguments.iter().chain(more)).unwrap();
    // The command has a runtime of its own.
    std::thread::spawn(move || command.run()).join().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_record_is_accepted_also_against_what_was_kept() {
    let database = database::fresh().await;
    fill(0, 5, &database).await;
    let kept = store::tree::load(&mut *connection(&database).await)
        .await
        .unwrap();
    fill(5, 9, &database).await;
    verify(&database, &[]).unwrap();
    verify(&database, &["--kept", &format!("5:{}", kept.root())]).unwrap();
    let wrong = verify(&database, &["--kept", &format!("6:{}", kept.root())]);
    assert!(matches!(wrong, Err(Failure::No(_))), "{wrong:?}");
    let longer = verify(&database, &["--kept", &format!("10:{}", kept.root())]);
    assert!(matches!(longer, Err(Failure::No(_))), "{longer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_record_is_refused_and_its_leaf_named() {
    let database = database::fresh().await;
    fill(0, 9, &database).await;
    execute(
        "UPDATE audit_leaves SET kind = 'other' WHERE position = 4",
        &mut *connection(&database).await,
    )
    .await;
    match verify(&database, &[]) {
        Err(Failure::No(said)) => assert!(said.contains("leaf 4 "), "{said}"),
        other => panic!("{other:?}"),
    }
}
