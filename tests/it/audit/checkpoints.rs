// SPDX-License-Identifier: Apache-2.0
//! Checkpoints: signed once, kept, and held against the tree later.

use chrono::DateTime;
use countersign_audit::checkpoint::{Checkpoint, note::Signer};
use countersign_audit::store::{self, StoreError};
use countersign_audit::verify::{self, Fault};
use countersign_tests::database;
use sqlx::Connection;

use super::{connection, execute, fill};

fn signer() -> Signer {
    Signer::from_seed("countersign.test/record", &[3; 32]).unwrap()
}

#[tokio::test]
async fn an_unchanged_tree_is_signed_once() {
    let database = database::fresh().await;
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    fill(0, 4, &database).await;
    let mut db = connection(&database).await;
    let first = store::checkpoints::issue(&signer(), now, &mut db).await.unwrap();
    let later = now + chrono::TimeDelta::seconds(60);
    assert_eq!(
        store::checkpoints::issue(&signer(), later, &mut db)
            .await
            .unwrap(),
        first
    );
    let read = Checkpoint::verify(&first.note, &signer().verifier_key()).unwrap();
    assert_eq!((read.size, &read), (4, &first.checkpoint));
    drop(db);
    fill(4, 6, &database).await;
    let mut db = connection(&database).await;
    let second = store::checkpoints::issue(&signer(), later, &mut db)
        .await
        .unwrap();
    assert_eq!(second.checkpoint.size, 6);
    let report = verify::database(&mut db, |_, _| {}).await.unwrap();
    assert_eq!(report.checkpoints, 2);
}

#[tokio::test]
async fn a_record_whose_end_was_dropped_does_not_fit_a_kept_checkpoint() {
    let database = database::fresh().await;
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    fill(0, 20, &database).await;
    let mut db = connection(&database).await;
    // A copy of the store from before the last leaves: all that it holds fits.
    let before = store::tree::load(&mut db).await.unwrap();
    drop(db);
    fill(20, 25, &database).await;
    let mut db = connection(&database).await;
    let kept = store::checkpoints::issue(&signer(), now, &mut db)
        .await
        .unwrap()
        .checkpoint;
    execute("DELETE FROM audit_leaves WHERE position >= 20", &mut db).await;
    sqlx::query("UPDATE audit_tree SET size = $1, frontier = $2")
        .bind(20_i64)
        .bind(before.to_bytes())
        .execute(&mut *db)
        .await
        .unwrap();
    let found = verify::database(&mut db, |_, _| {}).await.unwrap_err();
    assert!(
        matches!(
            found,
            Fault::Truncated {
                size: 20,
                signed: 25,
                ..
            }
        ),
        "{found}"
    );
    execute("DELETE FROM audit_checkpoints", &mut db).await;
    verify::database(&mut db, |_, _| {}).await.unwrap();
    let found = verify::kept(&kept, &mut db).await.unwrap_err();
    assert!(
        matches!(
            found,
            Fault::Truncated {
                size: 20,
                signed: 25,
                ..
            }
        ),
        "{found}"
    );
}

#[tokio::test]
async fn a_fork_after_a_restore_is_neither_signed_nor_accepted() {
    let database = database::fresh().await;
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    fill(0, 8, &database).await;
    let mut db = connection(&database).await;
    let before = store::tree::load(&mut db).await.unwrap();
    drop(db);
    fill(8, 12, &database).await;
    let mut db = connection(&database).await;
    let kept = store::checkpoints::issue(&signer(), now, &mut db)
        .await
        .unwrap()
        .checkpoint;
    execute("DELETE FROM audit_leaves WHERE position >= 8", &mut db).await;
    sqlx::query("UPDATE audit_tree SET size = 8, frontier = $1")
        .bind(before.to_bytes())
        .execute(&mut *db)
        .await
        .unwrap();
    let mut other: Vec<_> = (8..15).map(super::leaf).collect();
    other[0].kind = "another.history".into();
    let mut tx = db.begin().await.unwrap();
    store::leaves::append(&other, &mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let refused = store::checkpoints::issue(&signer(), now, &mut db).await;
    assert!(
        matches!(refused, Err(StoreError::Fork { size: 15, signed: 12 })),
        "{refused:?}"
    );
    assert!(matches!(
        verify::kept(&kept, &mut db).await,
        Err(Fault::Range { last: 11, .. })
    ));
    let found = verify::database(&mut db, |_, _| {}).await.unwrap_err();
    assert!(
        matches!(
            found,
            Fault::Range {
                from: 0,
                last: 11,
                ..
            }
        ),
        "{found}"
    );
}
