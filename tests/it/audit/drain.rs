// SPDX-License-Identifier: Apache-2.0
//! From the journal into the tree: every frame once, in order, whatever happens between.

use countersign_audit::drain::Drain;
use countersign_audit::journal::{self, Claim, Durability, Journal, Options};
use countersign_audit::{Origin, store, verify};
use countersign_tests::database;
use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

use super::{connection, execute, leaf};

fn open(folder: &TempDir, process: &str) -> Journal {
    let options = Options {
        durability: Durability::Process,
        segment_bytes: 2000,
        ..Options::default()
    };
    Claim::of(folder.path(), process).unwrap().open(options).unwrap()
}

fn write(journal: &Journal, numbers: std::ops::Range<u64>) {
    for number in numbers {
        journal.append(&leaf(number).encode()).unwrap();
    }
}

async fn moved(drain: &mut Drain, limit: usize, db: &mut AnyConnection) -> u64 {
    let mut tx = db.begin().await.unwrap();
    let drained = drain.batch(limit, &mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(drained.damages, []);
    drained.indices.end - drained.indices.start
}

#[tokio::test]
async fn frames_become_leaves_once_and_in_order() {
    let database = database::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder, "p");
    let mut db = connection(&database).await;
    let mut drain = Drain::new(folder.path(), "p");
    assert!(drain.is_waiting().unwrap());
    assert_eq!(moved(&mut drain, 10, &mut db).await, 0);
    assert!(!drain.is_waiting().unwrap());
    write(&journal, 0..25);
    assert!(drain.is_waiting().unwrap());
    assert_eq!(moved(&mut drain, 10, &mut db).await, 10);
    write(&journal, 25..30);
    assert_eq!(moved(&mut drain, 100, &mut db).await, 20);
    assert_eq!(moved(&mut drain, 100, &mut db).await, 0);
    let stored = store::leaves::leaf(27, &mut db).await.unwrap().unwrap();
    let origin = Origin {
        process: "p".into(),
        epoch: 1,
        sequence: 28,
    };
    assert_eq!(stored.record, leaf(27).record(27, Some(&origin)));
    assert_eq!(stored.inputs, leaf(27).inputs.map(|inputs| inputs.bytes));
    assert_eq!(verify::database(&mut db, |_, _| {}).await.unwrap().leaves, 30);
    assert_eq!(store::positions::last_epoch("p", &mut db).await.unwrap(), 1);
}

#[tokio::test]
async fn a_rolled_back_batch_is_moved_again() {
    let database = database::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    write(&open(&folder, "p"), 0..5);
    let mut db = connection(&database).await;
    let mut drain = Drain::new(folder.path(), "p");
    let mut tx = db.begin().await.unwrap();
    drain.batch(3, &mut tx).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(moved(&mut drain, 100, &mut db).await, 5);
    assert_eq!(verify::database(&mut db, |_, _| {}).await.unwrap().leaves, 5);
}

#[tokio::test]
async fn what_a_dead_process_left_is_moved_and_what_a_living_one_holds_is_not() {
    let database = database::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    write(&open(&folder, "dead"), 0..4);
    let living = open(&folder, "living");
    write(&living, 4..6);
    let own = open(&folder, "own");
    write(&own, 6..7);
    let mut db = connection(&database).await;
    let mut drain = Drain::new(folder.path(), "own");
    assert_eq!(moved(&mut drain, 100, &mut db).await, 5);
    drop(living);
    assert_eq!(moved(&mut drain, 100, &mut db).await, 2);
    assert_eq!(verify::database(&mut db, |_, _| {}).await.unwrap().leaves, 7);
}

#[tokio::test]
async fn files_are_deleted_only_once_they_are_in_the_record() {
    let database = database::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    write(&open(&folder, "p"), 0..20);
    let journal = open(&folder, "p");
    write(&journal, 20..60);
    let mut db = connection(&database).await;
    let mut drain = Drain::new(folder.path(), "p");
    assert_eq!(drain.prune(&mut db).await.unwrap(), 0);
    assert_eq!(moved(&mut drain, 19, &mut db).await, 19);
    drain.prune(&mut db).await.unwrap();
    assert_eq!(moved(&mut drain, 30, &mut db).await, 30);
    assert!(drain.prune(&mut db).await.unwrap() > 0);
    let left = journal::epochs(folder.path(), "p").unwrap();
    assert_eq!(left.iter().map(|epoch| epoch.number).collect::<Vec<_>>(), [2]);
    assert_eq!(verify::journals(folder.path()).unwrap().damages, []);
    write(&journal, 60..70);
    assert_eq!(moved(&mut drain, 100, &mut db).await, 21);
    drain.prune(&mut db).await.unwrap();
    assert_eq!(journal::epochs(folder.path(), "p").unwrap()[0].segments.len(), 1);
    // A new process goes on where the old one ended.
    drop(journal);
    let mut drain = Drain::new(folder.path(), "p");
    assert_eq!(moved(&mut drain, 100, &mut db).await, 0);
    assert_eq!(verify::database(&mut db, |_, _| {}).await.unwrap().leaves, 70);
}

#[tokio::test]
async fn frames_before_damage_are_moved_and_the_damage_is_told() {
    let database = database::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    write(&open(&folder, "p"), 0..4);
    write(&open(&folder, "p"), 4..6);
    let path = journal::epochs(folder.path(), "p").unwrap()[0].segments[0]
        .1
        .clone();
    let mut bytes = std::fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[length / 2] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let mut db = connection(&database).await;
    let mut drain = Drain::new(folder.path(), "own");
    for moved in [3, 0] {
        let mut tx = db.begin().await.unwrap();
        let drained = drain.batch(100, &mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(drained.damages.len(), 1);
        assert_eq!(drained.damages[0].sequence, 2);
        assert_eq!(drained.indices.end - drained.indices.start, moved);
        drain.prune(&mut db).await.unwrap();
    }
    let left = journal::epochs(folder.path(), "p").unwrap();
    assert_eq!(
        left.len(),
        1,
        "the damaged epoch stays, the whole one went: {left:?}"
    );
    assert_eq!(verify::journals(folder.path()).unwrap().damages.len(), 1);
}

#[tokio::test]
async fn a_gap_in_a_journal_s_numbers_is_found_in_the_tree() {
    let database = database::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder, "p");
    write(&journal, 0..4);
    let mut db = connection(&database).await;
    let mut drain = Drain::new(folder.path(), "p");
    assert_eq!(moved(&mut drain, 2, &mut db).await, 2);
    execute("UPDATE journal_positions SET sequence = 3", &mut db).await;
    let found = verify::database(&mut db, |_, _| {}).await.unwrap_err();
    assert!(
        matches!(found, verify::Fault::Journal { found: 2, .. }),
        "{found}"
    );
    assert_eq!(moved(&mut drain, 2, &mut db).await, 1);
    let found = verify::database(&mut db, |_, _| {}).await.unwrap_err();
    assert!(matches!(found, verify::Fault::Leaf { index: 2, .. }), "{found}");
}
