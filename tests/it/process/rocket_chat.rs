// SPDX-License-Identifier: Apache-2.0
//! The binary, connected to a Rocket.Chat by nothing but a record, the command line and settings.

use std::path::Path;

use chrono::Utc;
use countersign_directory::{ConnectedServer, Permit, operation};
use countersign_server::config::record::Durability;
use countersign_server::database::Database;
use countersign_tests::process::{Demo, run};
use countersign_tests::rocket_chat::{Build, Key, RocketChat};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rocket_chat_is_connected_by_a_record_and_its_people_come_in_stay_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let data = folder.path().display().to_string();
    let file = folder.path().join("rocket.json");
    let client = demo.text("/server/client_id");
    let record = json!({"server": {
        "id": demo.text("/server/id"), "kind": "rocket_chat", "client_id": client,
        "scope": {"people": "all", "channels": "all"},
        "labels_owner": "server", "members_owner": "server",
        "opentdf": {"namespace": "labels.example.org", "entity": "username"}
    }});
    std::fs::write(&file, record.to_string()).unwrap();
    agreed(folder.path(), &record["server"]).await;
    let added = run(&["server", "add", &file.display().to_string(), "--data-dir", &data]);
    let errors = String::from_utf8_lossy(&added.stderr);
    assert!(added.status.success(), "{errors}");
    let told: Value = serde_json::from_slice(&added.stdout).unwrap();
    let secret = told["client_secret"].as_str().unwrap();
    let ns: [(&str, &[&str]); 1] = [("nato-level", &["ns"])];
    let mut chat = RocketChat::new(
        demo.text("/base_url"),
        (client, secret),
        Build::Early,
        Key::Username,
    )
    .with_users(&["alice", "bob", "carol", "noah"])
    .with_room("ops-ns", &ns, &[]);
    // The other process hears of the record by the feed of changes.
    let mut tries = 0;
    while let Err(failed) = chat.check().await {
        tries += 1;
        assert!(tries < 100, "{failed:?}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }

    assert!(!chat.add(&["alice", "noah"], "ops-ns").await.unwrap());
    assert!(chat.add(&["alice", "bob", "carol"], "ops-ns").await.unwrap());
    assert!(
        chat.open("alice", "ops-ns").await.unwrap(),
        "she is signed in there"
    );
    assert!(!chat.open("bob", "ops-ns").await.unwrap(), "he is not");
    assert_eq!(chat.members("ops-ns"), ["alice", "bob", "carol"]);

    drop(demo);
    for failed in [
        chat.sync(&["alice"]).await.err(),
        chat.add(&["noah"], "ops-ns").await.err(),
    ] {
        assert!(failed.is_some(), "nobody answers");
    }
    chat.now += 61;
    assert!(chat.open("alice", "ops-ns").await.is_err());
    assert_eq!(
        chat.members("ops-ns"),
        ["alice", "bob", "carol"],
        "and nobody is removed"
    );
}

/// The server that the demo has connected gets more: hugo asked, judy has approved.
async fn agreed(folder: &Path, record: &Value) {
    let record: ConnectedServer = serde_json::from_value(record.clone()).unwrap();
    let store = format!("sqlite://{}/countersign.db", folder.display());
    let database = Database::open(&store, 1, Durability::Process).await.unwrap();
    let mut transaction = database.begin_write().await.unwrap();
    let second = Some("judy".parse().unwrap());
    let permit = Permit::granted(
        "hugo".parse().unwrap(),
        "server.manage",
        record.id.as_str(),
        second,
    );
    let _unrecorded = operation::server::put(&record, &permit, Utc::now(), &mut transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}
