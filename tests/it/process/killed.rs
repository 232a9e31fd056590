// SPDX-License-Identifier: Apache-2.0
//! kill -9 under decisions, permits and refusals alike: whatever was answered is in the record as it was
//! answered, the record verifies, every recorded decision replays, and the process starts again.

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: `make test-kill` runs it"]
async fn every_answered_decision_survives_kill_9_a_hundred_times() {
    kill_again_and_again(100).await;
}

/// What is asked in turns: the demo signs alice in at its server, on a device that is good for ops-ns.
const ASKED: [(&str, &str, &str); 5] = [
    ("alice", "channel.join", "ops-ns"),
    ("noah", "channel.join", "ops-ns"),
    ("alice", "message.post", "ops-ns"),
    ("dave", "channel.join", "ops-ns"),
    ("alice", "channel.leave", "ops-ns"),
];

/// A decision that was answered.
#[derive(Clone, Debug)]
struct Answered {
    id: String,
    allowed: bool,
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
            .map(|first| {
                let (client, token, address) = (client.clone(), token.clone(), address.clone());
                let answered = Arc::clone(&answered);
                tokio::spawn(async move {
                    // It ends when the process does.
                    for (person, action, channel) in ASKED.into_iter().cycle().skip(first) {
                        let body = question(person, action, channel);
                        let asking = client.post(&address).bearer_auth(&token).json(&body).send();
                        let Ok(answer) = asking.await else { break };
                        let Ok(answer) = answer.json::<Value>().await else {
                            break;
                        };
                        let id = answer["context"]["decision_id"].as_str().expect("an id");
                        answered.lock().await.push(Answered {
                            id: id.to_owned(),
                            allowed: answer["decision"].as_bool().expect("a verdict"),
                        });
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
    let allowed = answered.iter().filter(|one| one.allowed).count();
    let denied = answered.len() - allowed;
    assert!(
        allowed > 15 && denied > 15,
        "only {allowed} permits and {denied} refusals came"
    );
    println!("{allowed} permits and {denied} refusals were answered in {rounds} lives");

    sqlx::any::install_default_drivers();
    // A last start moves what the journals still hold.
    let demo = Demo::start(folder.path());
    let store = format!("sqlite://{}/countersign.db", folder.path().display());
    let mut db = AnyConnection::connect(&store).await.unwrap();
    let missing = not_as_answered(&answered, &mut db).await;
    assert!(
        missing.is_empty(),
        "{} of {} answered decisions are not on record as answered, e.g. {:?}",
        missing.len(),
        answered.len(),
        missing.first()
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

/// Those that are not on record, with that verdict, within ten seconds.
async fn not_as_answered(answered: &[Answered], db: &mut AnyConnection) -> Vec<Answered> {
    let mut missing = answered.to_vec();
    for _ in 0..100 {
        let mut still = Vec::new();
        for one in missing {
            let leaf = leaves::decision(&one.id, db).await.unwrap();
            let outcome = leaf.and_then(|leaf| leaf.facets.outcome);
            if outcome.is_none_or(|outcome| (outcome == "allow") != one.allowed) {
                still.push(one);
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
