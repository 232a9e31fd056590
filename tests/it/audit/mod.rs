// SPDX-License-Identifier: Apache-2.0
//! The record as those meet it who try to change it.

mod append;
mod checkpoints;
mod command;
mod drain;
mod journal;
mod tampering;

use chrono::{DateTime, Utc};
use countersign_audit::{Facets, Inputs, NewLeaf, store};
use countersign_tests::database::TestDatabase;
use serde_json::json;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Connection};

/// A leaf that tells its number, every third one with inputs.
fn leaf(number: u64) -> NewLeaf {
    let at = DateTime::<Utc>::from_timestamp_millis(1_700_000_000_000 + number as i64).unwrap();
    let leaf = NewLeaf::new("decision", at, &json!({"number": number})).facets(Facets {
        subject: Some(format!("person-{}", number % 5)),
        outcome: Some(if number.is_multiple_of(2) { "allow" } else { "deny" }.to_owned()),
        reason: (number % 2 == 1).then(|| "CLEARANCE_TOO_LOW".to_owned()),
        decision_id: Some(format!("decision-{number}")),
    });
    if number.is_multiple_of(3) {
        leaf.inputs(Inputs {
            salt: [number as u8; 16],
            bytes: format!("inputs {number}").into_bytes(),
        })
    } else {
        leaf
    }
}

/// Appends leaves numbered `from..to` in transactions of at most 100.
async fn fill(from: u64, to: u64, database: &TestDatabase) {
    let mut db = connection(database).await;
    let mut next = from;
    while next < to {
        let end = to.min(next + 100);
        let leaves: Vec<_> = (next..end).map(leaf).collect();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(store::leaves::append(&leaves, &mut tx).await.unwrap(), next..end);
        tx.commit().await.unwrap();
        next = end;
    }
}

async fn connection(database: &TestDatabase) -> PoolConnection<Any> {
    database.pool.acquire().await.unwrap()
}

async fn execute(sql: &'static str, db: &mut AnyConnection) {
    let done = sqlx::query(sql).execute(db).await.unwrap();
    assert!(done.rows_affected() > 0, "{sql} must change something");
}
