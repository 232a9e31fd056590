// SPDX-License-Identifier: Apache-2.0
//! kill -9 under decisions: whatever was answered is in the record, the record verifies, every recorded
//! decision replays, and the process starts again.

use std::sync::Arc;
use std::time::Duration;

use countersign_audit::store::leaves::{self, Filter};
use countersign_tests::house::question;
use countersign_tests::process::{Demo, client, run};
use serde_json::Value;
use sqlx::{AnyConnection, Connection};
use tokio::sync::Mutex;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answered_decision_survives_kill_9() {
    kill_again_and_again(5).await;
}

/// `cargo test --workspace --test it -- --ignored a_hundred_times`; takes some minutes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes"]
async fn every_answered_decision_survives_kill_9_a_hundred_times() {
    kill_again_and_again(100).await;
}

async fn kill_again_and_again(rounds: u64) {
    let folder = tempfile::tempdir().unwrap();
    let answered = Arc::new(Mutex::new(Vec::new()));
    for round in 0..rounds {
        let demo = Demo::start(folder.path());
        let client = client();
        let token = demo.token(&client).await;
        let address = format!("{}/access/v1/evaluation", demo.text("/base_url"));
        let asking: Vec<_> = (0..4)
            .map(|_| {
                let (client, token, address) = (client.clone(), token.clone(), address.clone());
                let answered = Arc::clone(&answered);
                tokio::spawn(async move {
                    let body = question("noah", "channel.join", "ops-ns");
                    // It ends when the process does.
                    while let Ok(answer) = client.post(&address).bearer_auth(&token).json(&body).send().await
                    {
                        let Ok(answer) = answer.json::<Value>().await else {
                            break;
                        };
                        let id = answer["context"]["decision_id"]
                            .as_str()
                            .expect("an id")
                            .to_owned();
                        answered.lock().await.push(id);
                    }
                })
            })
            .collect();
        // From before the first move into the tree to amid a later one.
        tokio::time::sleep(Duration::from_millis(40 + 73 * (round % 7))).await;
        drop(demo);
        for task in asking {
            task.await.unwrap();
        }
    }
    let answered = answered.lock().await;
    assert!(answered.len() > 30, "only {} answers came", answered.len());
    println!("{} decisions were answered in {rounds} lives", answered.len());

    sqlx::any::install_default_drivers();
    // A last start moves what the journals still hold.
    let demo = Demo::start(folder.path());
    let store = format!("sqlite://{}/countersign.db", folder.path().display());
    let mut db = AnyConnection::connect(&store).await.unwrap();
    let missing = wait_for_all(&answered, &mut db).await;
    assert!(
        missing.is_empty(),
        "{} of {} answered decisions are not on record",
        missing.len(),
        answered.len()
    );
    let filter = Filter {
        kind: Some("record.journal_damaged".to_owned()),
        limit: 10,
        ..Filter::default()
    };
    let alarms = leaves::list(&filter, &mut db).await.unwrap();
    assert!(alarms.is_empty(), "a killed process is no damage: {alarms:?}");
    drop(demo);
    let data = folder.path().display().to_string();
    for command in [
        vec!["audit", "verify", "--data-dir", &data],
        vec!["audit", "replay", "--all", "--data-dir", &data],
    ] {
        let done = run(&command);
        let (out, err) = (
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr),
        );
        assert!(done.status.success(), "{command:?}: {out}{err}");
    }
}

/// Those that are not on record within ten seconds.
async fn wait_for_all(answered: &[String], db: &mut AnyConnection) -> Vec<String> {
    let mut missing = answered.to_vec();
    for _ in 0..100 {
        let mut still = Vec::new();
        for id in missing {
            if leaves::decision(&id, db).await.unwrap().is_none() {
                still.push(id);
            }
        }
        missing = still;
        if missing.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    missing
}
