// SPDX-License-Identifier: Apache-2.0
//! Whoever asked is gone before the store answered: browsers close and calls run out at any moment.

use std::time::Duration;

use countersign_server::config::record::Durability;
use countersign_server::database::Database;
use countersign_tests::database::fresh;
use sqlx::AnyConnection;
use tokio::time::timeout;

async fn count(db: &mut AnyConnection) {
    sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'world'")
        .execute(db)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_transaction_that_nobody_waits_for_stops_no_other() {
    let store = fresh().await;
    let [here, other] = [1, 2].map(|_process| Database::open(&store.url, 5, Durability::Process));
    let (here, other) = (here.await.unwrap(), other.await.unwrap());
    for _ in 0..20 {
        tokio::select! {
            biased;
            _ = here.begin_write() => {}
            () = tokio::task::yield_now() => {}
        }
        // Begun, written to and left.
        let mut left = here.begin_write().await.unwrap();
        count(&mut left).await;
    }
    // Begun without an answer, and nobody comes after it: another process writes all the same.
    tokio::select! {
        biased;
        _ = here.begin_write() => {}
        () = tokio::task::yield_now() => {}
    }
    for database in [&other, &here] {
        let write = async {
            let mut db = database.begin_write().await.unwrap();
            count(&mut db).await;
            db.commit().await.unwrap();
        };
        timeout(Duration::from_secs(5), write)
            .await
            .expect("the store is free");
    }
    let mut db = store.pool.acquire().await.unwrap();
    let value: i64 = sqlx::query_scalar("SELECT value FROM counters WHERE name = 'world'")
        .fetch_one(&mut *db)
        .await
        .unwrap();
    assert_eq!(value, 2, "what was left is taken back");
}
