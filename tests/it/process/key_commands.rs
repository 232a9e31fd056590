// SPDX-License-Identifier: Apache-2.0
//! Taking a signing key out on the command line, beside a server that runs.

use std::time::{Duration, Instant};

use countersign_tests::process::{Demo, client, run};
use serde_json::Value;

#[tokio::test]
async fn a_key_is_taken_out_of_a_running_server_by_a_command_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let data = demo.text("/data_dir");
    let list = || -> Vec<Value> {
        let done = run(&["key", "list", "--data-dir", data]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let text = String::from_utf8(done.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let client = client();
    let address = format!("{}/oauth2/jwks", demo.text("/base_url"));
    let shown = async || -> Vec<String> {
        let answer = client.get(&address).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let keys = answer["keys"].as_array().unwrap().iter();
        keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let before = list();
    let key = before.iter().find(|key| key["purpose"] == "RS256").unwrap();
    let id = key["id"].as_str().unwrap().to_owned();
    assert!(shown().await.contains(&id));

    let done = run(&["key", "withdraw", &id, "--data-dir", data]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let until = Instant::now() + Duration::from_secs(30);
    while shown().await.contains(&id) {
        assert!(Instant::now() < until, "the server still shows it");
        tokio::task::yield_now().await;
    }
    let fresh: Vec<Value> = list();
    assert_eq!(fresh.len(), before.len());
    let fresh = fresh.iter().find(|key| key["purpose"] == "RS256").unwrap();
    assert!(shown().await.contains(&fresh["id"].as_str().unwrap().to_owned()));

    let again = run(&["key", "withdraw", &id, "--data-dir", data]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("no key"));
}
