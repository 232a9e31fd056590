// SPDX-License-Identifier: Apache-2.0
//! Every change to what is stored is found, and the leaf is named.

use countersign_audit::verify::{self, Fault};
use countersign_audit::{hash, store};
use countersign_tests::database::{self, TestDatabase};

use super::{connection, execute, fill};

async fn fault(database: &TestDatabase) -> Fault {
    verify::database(&mut *connection(database).await, |_, _| {})
        .await
        .unwrap_err()
}

async fn named(database: &TestDatabase) -> u64 {
    match fault(database).await {
        Fault::Leaf { index, .. } => index,
        other => panic!("no leaf is named: {other}"),
    }
}

#[tokio::test]
async fn one_changed_byte_of_one_record_names_its_leaf() {
    let database = database::fresh().await;
    fill(0, 12, &database).await;
    let mut db = connection(&database).await;
    let whole = store::leaves::leaf(7, &mut db).await.unwrap().unwrap().record;
    for at in 0..whole.len() {
        let mut record = whole.clone();
        record[at] ^= 1;
        set(
            "UPDATE audit_leaves SET record = $1 WHERE position = 7",
            &record,
            &database,
        )
        .await;
        assert_eq!(named(&database).await, 7, "byte {at}");
    }
}

#[tokio::test]
async fn a_changed_column_names_its_leaf() {
    for change in [
        "UPDATE audit_leaves SET at = at + 1 WHERE position = 5",
        "UPDATE audit_leaves SET kind = 'sign_in' WHERE position = 5",
        "UPDATE audit_leaves SET subject = 'person-1' WHERE position = 5",
        "UPDATE audit_leaves SET outcome = 'allow' WHERE position = 5",
        "UPDATE audit_leaves SET reason = NULL WHERE position = 5",
        "UPDATE audit_leaves SET decision_id = 'x' WHERE position = 5",
        "DELETE FROM audit_leaves WHERE position = 5",
        "UPDATE audit_leaves SET inputs = (SELECT record FROM audit_leaves WHERE position = 6) WHERE position = 5",
    ] {
        let database = database::fresh().await;
        fill(0, 8, &database).await;
        execute(change, &mut *connection(&database).await).await;
        assert_eq!(named(&database).await, 5, "{change}");
    }
}

#[tokio::test]
async fn changed_inputs_name_their_leaf_and_dropped_ones_are_counted() {
    let database = database::fresh().await;
    fill(0, 8, &database).await;
    set(
        "UPDATE audit_leaves SET inputs = $1 WHERE position = 3",
        b"inputs 4",
        &database,
    )
    .await;
    assert_eq!(named(&database).await, 3);
    let mut db = connection(&database).await;
    execute(
        "UPDATE audit_leaves SET inputs = NULL, inputs_salt = NULL WHERE position = 3",
        &mut db,
    )
    .await;
    let report = verify::database(&mut db, |_, _| {}).await.unwrap();
    assert_eq!((report.inputs_kept, report.inputs_dropped), (2, 1));
    let all = store::leaves::leaf(7, &mut db).await.unwrap().unwrap().at;
    assert_eq!(store::leaves::forget_inputs(all, &mut db).await.unwrap(), 2);
    execute(
        "UPDATE audit_leaves SET inputs_salt = record WHERE position = 6",
        &mut db,
    )
    .await;
    drop(db);
    assert_eq!(named(&database).await, 6);
}

#[tokio::test]
async fn a_leaf_that_cannot_be_read_is_named_and_hides_no_earlier_one() {
    let database = database::fresh().await;
    fill(0, 8, &database).await;
    set(
        "UPDATE audit_leaves SET leaf_hash = $1 WHERE position = 5",
        b"short",
        &database,
    )
    .await;
    assert_eq!(named(&database).await, 5);
    set(
        "UPDATE audit_leaves SET record = $1 WHERE position = 3",
        b"{}",
        &database,
    )
    .await;
    assert_eq!(named(&database).await, 3);
}

/// An embedded store takes a value of any kind in any column: what an editor of the file leaves behind.
#[tokio::test]
async fn a_record_replaced_by_text_in_the_embedded_store_is_named() {
    let database = database::fresh().await;
    if !database.url.starts_with("sqlite") {
        return;
    }
    for (at, change) in [
        (
            5,
            "UPDATE audit_leaves SET record = replace(record, 'number', 'nummer') WHERE position = 5",
        ),
        (4, "UPDATE audit_leaves SET at = 'noon' WHERE position = 4"),
        (3, "UPDATE audit_leaves SET inputs = 'text' WHERE position = 3"),
    ] {
        if at == 5 {
            fill(0, 8, &database).await;
        }
        execute(change, &mut *connection(&database).await).await;
        assert_eq!(named(&database).await, at, "{change}");
    }
    let database = database::fresh().await;
    fill(0, 300, &database).await;
    execute(
        "UPDATE audit_nodes SET hash = 'text'",
        &mut *connection(&database).await,
    )
    .await;
    assert!(matches!(fault(&database).await, Fault::Unreadable(_)));
}

#[tokio::test]
async fn two_swapped_leaves_name_the_first() {
    let database = database::fresh().await;
    fill(0, 12, &database).await;
    let mut db = connection(&database).await;
    execute(
        "UPDATE audit_leaves SET position = 100 WHERE position = 4",
        &mut db,
    )
    .await;
    execute("UPDATE audit_leaves SET position = 4 WHERE position = 9", &mut db).await;
    execute(
        "UPDATE audit_leaves SET position = 9 WHERE position = 100",
        &mut db,
    )
    .await;
    drop(db);
    assert_eq!(named(&database).await, 4);
}

#[tokio::test]
async fn a_dropped_end_names_the_first_missing_leaf() {
    let database = database::fresh().await;
    fill(0, 12, &database).await;
    execute(
        "DELETE FROM audit_leaves WHERE position >= 9",
        &mut *connection(&database).await,
    )
    .await;
    assert_eq!(named(&database).await, 9);
}

#[tokio::test]
async fn a_leaf_behind_the_end_is_named() {
    let database = database::fresh().await;
    fill(0, 12, &database).await;
    let copy = "INSERT INTO audit_leaves (position, at, kind, record, leaf_hash) \
                SELECT 12, at, kind, record, leaf_hash FROM audit_leaves WHERE position = 2";
    execute(copy, &mut *connection(&database).await).await;
    assert_eq!(named(&database).await, 12);
}

#[tokio::test]
async fn a_leaf_replaced_together_with_its_hash_is_found_within_its_stretch() {
    let database = database::fresh().await;
    fill(0, 600, &database).await;
    let mut forged = super::leaf(300);
    forged.facets = super::leaf(300).facets;
    forged.body = br#"{"number":301}"#.to_vec();
    let record = forged.record(300, None);
    set(
        "UPDATE audit_leaves SET record = $1 WHERE position = 300",
        &record,
        &database,
    )
    .await;
    let digest = hash::leaf(&record);
    set(
        "UPDATE audit_leaves SET leaf_hash = $1 WHERE position = 300",
        digest.as_bytes(),
        &database,
    )
    .await;
    let found = fault(&database).await;
    assert!(
        matches!(
            found,
            Fault::Range {
                from: 256,
                last: 511,
                ..
            }
        ),
        "{found}"
    );
    set(
        "UPDATE audit_nodes SET hash = $1 WHERE position = 1",
        digest.as_bytes(),
        &database,
    )
    .await;
    let found = fault(&database).await;
    assert!(
        matches!(
            found,
            Fault::Range {
                from: 256,
                last: 511,
                ..
            }
        ),
        "{found}"
    );
}

#[tokio::test]
async fn a_changed_tree_state_is_found() {
    let database = database::fresh().await;
    fill(0, 600, &database).await;
    let other: Vec<u8> = (0..5).flat_map(|n| *hash::leaf(&[n]).as_bytes()).collect();
    assert_eq!(600_u64.count_ones(), 4);
    set("UPDATE audit_tree SET frontier = $1", &other[..128], &database).await;
    let found = fault(&database).await;
    assert!(
        matches!(
            found,
            Fault::Range {
                from: 512,
                last: 599,
                ..
            }
        ),
        "{found}"
    );
    set("UPDATE audit_tree SET frontier = $1", &other, &database).await;
    let found = fault(&database).await;
    assert!(
        matches!(
            found,
            Fault::Range {
                from: 0,
                last: 599,
                ..
            }
        ),
        "{found}"
    );
}

async fn set(sql: &'static str, bytes: &[u8], database: &TestDatabase) {
    let mut db = connection(database).await;
    let done = sqlx::query(sql)
        .bind(bytes.to_vec())
        .execute(&mut *db)
        .await
        .unwrap();
    assert!(done.rows_affected() > 0, "{sql}");
}
