// SPDX-License-Identifier: Apache-2.0
//! How long a change that one process commits takes to the world that another one decides by. The budget is 250 ms.

use std::time::{Duration, Instant};

use countersign_directory::{Permit, operation};
use countersign_server::jobs;
use countersign_tests::database;

use crate::{house, table, world};

const CHANGES: usize = 100;
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures on the engine of `COUNTERSIGN_TEST_DATABASE`, and prints one line.
pub async fn measure() {
    let database = database::fresh().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = async || house::opened_on(folder.path(), &database.url).await;
    house::fill_on(folder.path(), &database.url, &world::grown(1_000, 100)).await;
    let (one, other) = (open().await, open().await);
    jobs::start(&other);
    let permit = Permit::server(house::CLIENT.parse().expect("an id"));
    let mut took = Vec::with_capacity(CHANGES);
    for number in 0..CHANGES {
        let channel = world::channel(number % 100);
        let person = world::person(world::members(number % 100, 1_000).next().expect("a member"));
        let is_member = || {
            other
                .snapshot()
                .members(channel.as_str())
                .contains(person.as_str())
        };
        assert!(is_member(), "a member to begin with");
        let mut transaction = one.database.begin_write().await.expect("a transaction");
        let removed =
            operation::member::remove(&channel, &person, &permit, one.now(), &mut transaction).await;
        let _no_record = removed.expect("she is removed");
        transaction.commit().await.expect("a commit");
        let committed = Instant::now();
        while is_member() {
            assert!(
                committed.elapsed() < PATIENCE,
                "the other process does not follow"
            );
            tokio::task::yield_now().await;
        }
        took.push(committed.elapsed());
    }
    took.sort_unstable();
    let engine = if database.url.starts_with("postgres") {
        "PostgreSQL"
    } else {
        "SQLite"
    };
    table::decisions(&format!("one change, on another process ({engine})"), &took);
}
