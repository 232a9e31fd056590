// SPDX-License-Identifier: Apache-2.0
//! What is missing from a journal is missed: a frame cut in its middle, a file cut between two frames,
//! an epoch gone whole. Once in the record, however often it is met; what is whole goes on.

use std::path::{Path, PathBuf};

use countersign_audit::journal::{Claim, Durability, Journal, Options};
use countersign_audit::store::leaves::{self, Filter, StoredLeaf};
use countersign_audit::store::{self, epochs};
use countersign_tests::house::{TestHouse, open_house, start};
use http::Method;
use serde_json::{Value, json};

/// A process that was killed after it had written `frames`, as it appears to the next one.
async fn killed(house: &TestHouse, frames: u64, durability: Durability) -> PathBuf {
    let folder = house.folder.path().join("journal");
    let journal = Claim::of(&folder, "killed").unwrap().open(Options {
        durability,
        ..Options::default()
    });
    let journal = journal.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    epochs::begun("killed", journal.epoch(), start(), &mut db)
        .await
        .unwrap();
    write(&journal, frames).await;
    folder.join(format!("killed/{:010}-{:016}.journal", journal.epoch(), 1))
}

async fn write(journal: &Journal, frames: u64) {
    for number in 0..frames {
        let leaf = countersign_audit::NewLeaf::new("decision", start(), &json!({ "number": number }));
        let sequence = journal.append(&leaf.encode()).unwrap();
        journal.durable(sequence).await.unwrap();
    }
}

fn cut(path: &Path, bytes: u64) {
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    let length = file.metadata().unwrap().len();
    file.set_len(length - bytes).unwrap();
}

async fn alarms(house: &TestHouse) -> Vec<StoredLeaf> {
    for _ in 0..3 {
        house.app.drain().await.unwrap();
    }
    let mut db = house.database.pool.acquire().await.unwrap();
    let filter = Filter {
        kind: Some("record.journal_damaged".to_owned()),
        limit: 10,
        ..Filter::default()
    };
    leaves::list(&filter, &mut db).await.unwrap()
}

async fn moved(house: &TestHouse) -> u64 {
    let mut db = house.database.pool.acquire().await.unwrap();
    store::positions::drained("killed", 1, &mut db).await.unwrap()
}

fn detail(leaf: &StoredLeaf) -> Value {
    let record: Value = serde_json::from_slice(&leaf.record).unwrap();
    record["body"]["detail"].clone()
}

/// Each frame of these takes this much: head, leaf, hash.
fn frame() -> u64 {
    let leaf = countersign_audit::NewLeaf::new("decision", start(), &json!({ "number": 0 }));
    48 + leaf.encode().len() as u64 + 32
}

#[tokio::test]
async fn a_killed_process_leaves_no_alarm() {
    let house = open_house().await;
    killed(&house, 5, Durability::Process).await;
    assert_eq!(alarms(&house).await.len(), 0);
    assert_eq!(moved(&house).await, 5);
    assert_eq!(
        house.anonymous(Method::GET, "/readyz", None).await.text,
        "ready\n"
    );
}

#[tokio::test]
async fn a_file_cut_in_the_middle_of_a_frame_or_between_two_is_missed() {
    for durability in [Durability::Process, Durability::Power] {
        for (bytes, whole) in [(10, 4), (frame(), 4), (frame() * 2 + 7, 2)] {
            let house = open_house().await;
            let path = killed(&house, 5, durability).await;
            cut(&path, bytes);
            let found = alarms(&house).await;
            assert_eq!(found.len(), 1, "{bytes} bytes, {durability:?}");
            assert_eq!(detail(&found[0])["frame"], whole + 1);
            assert_eq!(moved(&house).await, whole, "what is whole is in the record");
            assert!(path.exists(), "what is damaged stays, as evidence");
            let ready = house.anonymous(Method::GET, "/readyz", None).await;
            assert_eq!(
                (ready.status.as_u16(), ready.text.lines().count()),
                (200, 2),
                "{}",
                ready.text
            );
        }
    }
}

#[tokio::test]
async fn an_epoch_that_is_gone_whole_is_missed() {
    for with_head in [false, true] {
        let house = open_house().await;
        let path = killed(&house, 5, Durability::Process).await;
        std::fs::remove_file(&path).unwrap();
        if with_head {
            std::fs::remove_file(path.with_file_name("0000000001.head")).unwrap();
        }
        let found = alarms(&house).await;
        assert_eq!(found.len(), 1);
        assert_eq!(detail(&found[0])["frame"], 1);
    }
}

#[tokio::test]
async fn an_epoch_that_was_moved_may_be_gone() {
    let house = open_house().await;
    let path = killed(&house, 5, Durability::Process).await;
    assert_eq!(alarms(&house).await.len(), 0);
    assert!(!path.exists(), "it was moved, and its file went");
    assert!(!path.with_file_name("0000000001.head").exists());
    let folder = house.folder.path().join("journal");
    let journal = Claim::of(&folder, "killed")
        .unwrap()
        .open(Options::default())
        .unwrap();
    assert_eq!(journal.epoch(), 2);
    drop(journal);
    assert_eq!(alarms(&house).await.len(), 0);
}
