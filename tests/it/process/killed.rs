// SPDX-License-Identifier: Apache-2.0
//! kill -9 under decisions: whatever was answered is in the record, the record verifies, and the
//! process starts again.

use std::sync::Arc;
use std::time::Duration;

use countersign_audit::store::leaves;
use countersign_tests::house::question;
use countersign_tests::process::{Demo, client, run};
use serde_json::Value;
use sqlx::Connection;
use tokio::sync::Mutex;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answered_decision_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let answered = Arc::new(Mutex::new(Vec::new()));
    for round in 0..3_u64 {
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
        tokio::time::sleep(Duration::from_millis(300 + 150 * round)).await;
        drop(demo);
        for task in asking {
            task.await.unwrap();
        }
    }
    let answered = answered.lock().await;
    assert!(answered.len() > 30, "only {} answers came", answered.len());

    sqlx::any::install_default_drivers();
    // A last start moves what the journals still hold.
    let demo = Demo::start(folder.path());
    let mut db =
        sqlx::AnyConnection::connect(&format!("sqlite://{}/countersign.db", folder.path().display()))
            .await
            .unwrap();
    let mut missing = Vec::new();
    for _ in 0..100 {
        missing.clear();
        for id in answered.iter() {
            if leaves::decision(id, &mut db).await.unwrap().is_none() {
                missing.push(id);
            }
        }
        if missing.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(
        missing.is_empty(),
        "{} of {} answered decisions are not on record",
        missing.len(),
        answered.len()
    );
    drop(demo);
    let verified = run(&[
        "audit",
        "verify",
        "--data-dir",
        &folder.path().display().to_string(),
    ]);
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
}
