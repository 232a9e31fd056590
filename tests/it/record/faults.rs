// SPDX-License-Identifier: Apache-2.0
//! The world around fails and comes back: decisions go on for five seconds, then wait, then go on.

use chrono::TimeDelta;
use countersign_audit::store::leaves::{self, Filter};
use countersign_authn::assurance::Level;
use countersign_server::jobs::clock::Reading;
use countersign_tests::house::{ServerCaller, TestHouse, open_house, question, whole_world};
use serde_json::Value;

async fn ready() -> (TestHouse, ServerCaller) {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "demo").await;
    (house, server)
}

async fn joins(house: &TestHouse, server: &ServerCaller) -> Value {
    house
        .ask(server, question("alice", "channel.join", "ops-ns"))
        .await
}

#[tokio::test]
async fn ten_seconds_without_the_store_are_decided_from_memory_for_five_and_forgotten_after() {
    let (house, server) = ready().await;
    // Nobody gets a connection: to the house the store is gone.
    let mut taken = Vec::new();
    for _ in 0..5 {
        taken.push(house.app.database.pool.acquire().await.unwrap());
    }
    house.app.clock.advance(TimeDelta::milliseconds(5000));
    assert_eq!(joins(&house, &server).await["decision"], true);
    house.app.clock.advance(TimeDelta::milliseconds(1));
    for _ in 0..5 {
        let told = joins(&house, &server).await;
        assert_eq!(told["context"]["reason"], "AUDIT_UNAVAILABLE", "{told}");
        house.app.clock.advance(TimeDelta::seconds(1));
    }
    drop(taken);
    house.app.catch_up().await.unwrap();
    assert_eq!(joins(&house, &server).await["decision"], true);
    house.app.drain().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    let report = countersign_audit::verify::database(&mut db, |_, _| {})
        .await
        .unwrap();
    assert!(report.inputs_kept >= 7, "all of it is on record: {report:?}");
}

#[tokio::test]
async fn a_clock_that_steps_back_and_forth_revives_nothing_and_keeps_the_record_in_order() {
    let (house, server) = ready().await;
    assert_eq!(joins(&house, &server).await["decision"], true);
    let before = house.app.now();
    // Bob's clearance ends with the year: a clock that ran ahead and came back does not revive it.
    house.advance(TimeDelta::days(60)).await;
    let ended = house
        .ask(&server, question("bob", "channel.join", "ops-ns"))
        .await;
    assert_eq!(ended["decision"], false, "{ended}");
    house.advance(TimeDelta::days(-60)).await;
    assert_eq!(house.app.now(), before + TimeDelta::days(60));
    let ended = house
        .ask(&server, question("bob", "channel.join", "ops-ns"))
        .await;
    assert_eq!(ended["decision"], false, "{ended}");
    house.app.drain().await.unwrap();
    house.app.sign_checkpoint().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    countersign_audit::verify::database(&mut db, |_, _| {})
        .await
        .unwrap();
    let size = countersign_audit::store::tree::load(&mut db)
        .await
        .unwrap()
        .size();
    let leaves = countersign_audit::store::leaves::page(0, size as u32, &mut db)
        .await
        .unwrap();
    assert!(
        leaves.windows(2).all(|pair| pair[0].at <= pair[1].at),
        "times never go back"
    );
}

#[tokio::test]
async fn a_clock_that_was_set_goes_on_record_and_one_that_runs_does_not() {
    let house = open_house().await;
    let mut steady = TimeDelta::zero();
    for (passed, moved) in [(1, 1), (60, 62), (1, -3600), (1, 1), (1, 7200), (600, 599)] {
        steady += TimeDelta::seconds(passed);
        house.app.clock.advance(TimeDelta::seconds(moved));
        let clock = house.app.clock.shown();
        house.app.watch_clock(Reading { clock, steady }).await.unwrap();
    }
    let mut db = house.database.pool.acquire().await.unwrap();
    let filter = Filter {
        kind: Some("clock.jumped".to_owned()),
        limit: 10,
        ..Filter::default()
    };
    let found = leaves::list(&filter, &mut db).await.unwrap();
    let jumps: Vec<i64> = found
        .iter()
        .map(|leaf| serde_json::from_slice::<Value>(&leaf.record).unwrap())
        .map(|leaf| leaf["body"]["detail"]["milliseconds"].as_i64().unwrap())
        .collect();
    assert_eq!(jumps, [7_199_000, -3_601_000]);
}

#[tokio::test]
async fn a_process_that_starts_with_its_clock_set_back_goes_on_from_the_newest_record() {
    let (house, server) = ready().await;
    house.advance(TimeDelta::days(60)).await;
    joins(&house, &server).await;
    house.app.drain().await.unwrap();
    let newest = house.app.now();
    let again = house.reopened().await;
    assert!(again.now() >= newest, "{} is before {newest}", again.now());
}
