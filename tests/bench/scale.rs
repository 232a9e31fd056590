// SPDX-License-Identifier: Apache-2.0
//! What a large world takes: to start, to keep, to decide in, and to change. The budgets are 10 seconds and 2 GB at
//! 1,000,000 people, 100,000 channels and 10,000,000 memberships.

use std::time::{Duration, Instant};

use crate::table::{self, Row};
use crate::{house, world};

/// Measures and prints.
pub async fn measure(people: usize, channels: usize, members: usize, span: Duration) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = Instant::now();
    house::fill(folder.path(), &world::grown(people, channels)).await;
    house::crowd(folder.path(), people, channels, members).await;
    eprintln!("==> stored in {:.0} s", start.elapsed().as_secs_f64());
    let house = house::Running::start(folder.path(), "process");
    let load = |path: &str| house.posting(path, people, channels);
    let rows = [
        ("constant answer", load("/constant")),
        ("evaluation, recorded (process)", load("/access/v1/evaluation")),
    ];
    let mut measured = Vec::new();
    for (name, load) in rows {
        let rounds = vec![load.run(span).await];
        measured.push(Row { name, rounds });
    }
    println!(
        "\n{people} people, {channels} channels of {members} members, {} memberships\n",
        channels * members
    );
    println!(
        "{:<54}{:>8.1} s",
        "start: the store opened, the world read",
        house.opened_in.as_secs_f64()
    );
    println!("{:<54}{:>8} MiB", "resident then", house.opened_mib);
    println!(
        "{:<54}{:>8} MiB",
        "resident after the load, everybody with a session",
        table::resident_mib(house.id())
    );
    println!();
    table::http(&measured);
}
