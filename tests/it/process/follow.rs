// SPDX-License-Identifier: Apache-2.0
//! Two processes on one store: what one commits, the other decides by.

use std::time::{Duration, Instant};

use countersign_tests::database::fresh;
use countersign_tests::house::question;
use countersign_tests::process::{Demo, client, command};
use serde_json::Value;

#[tokio::test]
async fn a_change_in_one_process_reaches_the_decisions_of_another() {
    let database = fresh().await;
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = command();
        command.env("COUNTERSIGN_DATABASE__URL", &database.url);
        Demo::start_by(command, folder.path())
    };
    let client = client();
    let one = start();
    // The next start gives the demo's server a new secret; a token stays.
    let here = one.token(&client).await;
    let other = start();
    let there = other.token(&client).await;
    let decided = async || -> Value {
        let answer = client
            .post(format!("{}/access/v1/evaluation", other.text("/base_url")))
            .bearer_auth(&there)
            .json(&question("dave", "message.post", "log-nr"))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    };
    let member = format!("{}/api/v1/channels/log-nr/members/dave", one.text("/base_url"));
    let set = async |is_member: bool| {
        let request = if is_member {
            client.put(&member)
        } else {
            client.delete(&member)
        };
        let answer = request.bearer_auth(&here).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = decided().await;
            if answer["decision"] == is_member {
                return;
            }
            assert!(Instant::now() < until, "still {answer}");
            tokio::task::yield_now().await;
        }
    };
    set(true).await;
    set(false).await;
    set(true).await;
}
