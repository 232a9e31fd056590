// SPDX-License-Identifier: Apache-2.0
//! Appending: order, filters, proofs, and many writers at once.

use std::sync::Arc;

use countersign_audit::store::{self, leaves::Filter};
use countersign_audit::tree::proof::{self, State};
use countersign_audit::{hash, verify};
use countersign_tests::database::{self, TestDatabase};
use sqlx::Connection;

use super::{connection, fill, leaf};

#[tokio::test]
async fn an_empty_record_verifies() {
    let database = database::fresh().await;
    let report = verify::database(&mut *connection(&database).await, |_, _| {})
        .await
        .unwrap();
    assert_eq!((report.leaves, report.root), (0, hash::empty()));
}

#[tokio::test]
async fn what_was_appended_is_read_back() {
    let database = database::fresh().await;
    fill(0, 7, &database).await;
    let mut db = connection(&database).await;
    let stored = store::leaves::leaf(3, &mut db).await.unwrap().unwrap();
    assert_eq!(stored.record, leaf(3).record(3, None));
    assert_eq!(stored.hash, hash::leaf(&stored.record));
    assert_eq!(stored.facets, leaf(3).facets);
    assert_eq!(stored.inputs.as_deref(), Some(b"inputs 3".as_slice()));
    assert_eq!(stored.salt.as_deref(), Some([3; 16].as_slice()));
    let plain = store::leaves::leaf(4, &mut db).await.unwrap().unwrap();
    assert_eq!((plain.salt, plain.inputs), (None, None));
    assert!(store::leaves::leaf(7, &mut db).await.unwrap().is_none());
    let found = store::leaves::decision("decision-5", &mut db)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.index, 5);
}

#[tokio::test]
async fn lists_are_filtered_and_newest_first() {
    let database = database::fresh().await;
    fill(0, 30, &database).await;
    let mut db = connection(&database).await;
    let filter = Filter {
        limit: 3,
        ..Filter::default()
    };
    let indices = |found: Vec<store::leaves::StoredLeaf>| found.iter().map(|l| l.index).collect::<Vec<_>>();
    let newest = store::leaves::list(&filter, &mut db).await.unwrap();
    assert_eq!(indices(newest), [29, 28, 27]);
    let narrow = Filter {
        kind: Some("decision".into()),
        subject: Some("person-2".into()),
        outcome: Some("deny".into()),
        reason: Some("CLEARANCE_TOO_LOW".into()),
        before: Some(27),
        ..filter.clone()
    };
    assert_eq!(
        indices(store::leaves::list(&narrow, &mut db).await.unwrap()),
        [17, 7]
    );
    let other = Filter {
        kind: Some("sign_in".into()),
        ..filter
    };
    assert!(store::leaves::list(&other, &mut db).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_rolled_back_transaction_leaves_no_leaf() {
    let database = database::fresh().await;
    fill(0, 3, &database).await;
    let mut db = connection(&database).await;
    let mut tx = db.begin().await.unwrap();
    store::leaves::append(&[leaf(3)], &mut tx).await.unwrap();
    tx.rollback().await.unwrap();
    drop(db);
    fill(3, 5, &database).await;
    let report = verify::database(&mut *connection(&database).await, |_, _| {})
        .await
        .unwrap();
    assert_eq!((report.leaves, report.inputs_kept), (5, 2));
}

#[tokio::test]
async fn proofs_from_the_store_verify_across_kept_subtrees() {
    let database = database::fresh().await;
    fill(0, 777, &database).await;
    let mut db = connection(&database).await;
    let tree = store::tree::load(&mut db).await.unwrap();
    let new = State {
        size: 777,
        root: tree.root(),
    };
    assert_eq!(store::nodes::root(777, &mut db).await.unwrap(), new.root);
    for index in [0, 1, 255, 256, 511, 512, 700, 776] {
        let path = store::nodes::inclusion(index, 777, &mut db)
            .await
            .unwrap()
            .unwrap();
        let leaf = store::leaves::leaf(index, &mut db).await.unwrap().unwrap();
        assert!(
            proof::includes(&leaf.hash, index, 777, &new.root, &path),
            "leaf {index}"
        );
    }
    for size in [1, 2, 255, 256, 257, 512, 640, 776, 777] {
        let old = State {
            size,
            root: store::nodes::root(size, &mut db).await.unwrap(),
        };
        let path = store::nodes::consistency(size, 777, &mut db)
            .await
            .unwrap()
            .unwrap();
        assert!(proof::extends(&old, &new, &path), "size {size}");
    }
    assert!(
        store::nodes::inclusion(777, 777, &mut db)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store::nodes::consistency(778, 777, &mut db)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_writers_keep_one_order() {
    let database = Arc::new(database::fresh().await);
    let writers: Vec<_> = (0..4_u64)
        .map(|writer| tokio::spawn(write(writer, Arc::clone(&database))))
        .collect();
    let mut indices = Vec::new();
    for writer in writers {
        indices.extend(writer.await.unwrap());
    }
    indices.sort_unstable();
    assert_eq!(indices, (0..100).collect::<Vec<_>>());
    let report = verify::database(&mut *connection(&database).await, |_, _| {})
        .await
        .unwrap();
    assert_eq!(report.leaves, 100);
}

/// Appends 25 leaves, one or two at a time, and returns their indices.
async fn write(writer: u64, database: Arc<TestDatabase>) -> Vec<u64> {
    let mut indices = Vec::new();
    let mut db = connection(&database).await;
    while indices.len() < 25 {
        let number = writer * 1000 + indices.len() as u64;
        let new: Vec<_> = (number..)
            .take(if indices.len() % 2 == 1 { 2 } else { 1 })
            .map(leaf)
            .collect();
        let mut tx = db.begin().await.unwrap();
        let range = store::leaves::append(&new, &mut tx).await.unwrap();
        tokio::task::yield_now().await;
        tx.commit().await.unwrap();
        indices.extend(range);
    }
    indices
}
