// SPDX-License-Identifier: Apache-2.0
//! An outage lets nobody in above rank 0 and removes nobody at all.

use std::time::Duration;

use chrono::TimeDelta;
use countersign_tests::house::{TestHouse, open_house_with};
use countersign_tests::rocket_chat::{Build, RocketChat};
use serde_json::json;

use super::{NS, connect, record, record_with, revoke, sign_in};
use crate::record::outage::GoBetween;

const EVERYBODY: [&str; 4] = ["alice", "bob", "carol", "noah"];

/// Every way in which members are looked at, over everybody.
async fn look_at_all(chat: &mut RocketChat) {
    chat.now += 61;
    for person in EVERYBODY {
        for room in ["ops-ns", "town"] {
            let opened = chat.open(person, room).await;
            assert!(
                !opened.unwrap_or(false) || room == "town",
                "{person} came into {room}"
            );
        }
    }
    // Whatever these say, it is the members that count.
    let _ = chat.sync(&EVERYBODY).await;
    let _ = chat.set_attributes("ops-ns", &NS).await;
    let _ = chat.attributes_shrank("noah").await;
    let _ = chat.attributes_shrank("carol").await;
    for room in ["ops-ns", "town"] {
        assert_eq!(chat.members(room), EVERYBODY, "{room}");
    }
}

fn rooms(chat: RocketChat) -> RocketChat {
    chat.with_room("ops-ns", &NS, &EVERYBODY)
        .with_room("town", &[("nato-level", &["nu"])], &EVERYBODY)
}

#[tokio::test]
async fn while_the_store_does_not_answer_nobody_is_removed() {
    for (build, record) in [
        (Build::Early, record()),
        (Build::Late, record_with(&json!({"access_check": "bulk"}))),
    ] {
        let house = open_house_with(toml::Table::new()).await;
        let mut chat = rooms(connect(&house, build, record).await);
        sign_in(&house, "alice").await;
        assert!(chat.open("alice", "ops-ns").await.unwrap());
        revoke(&house, "carol").await;

        // Nothing is heard of the store for six seconds.
        house.app.clock.advance(TimeDelta::seconds(6));
        look_at_all(&mut chat).await;
        let failed = chat.sync(&["noah"]).await.unwrap_err();
        assert!(
            failed.0.contains("503") && failed.0.contains("cannot be reached"),
            "{failed:?}"
        );

        house.app.catch_up().await.unwrap();
        chat.now += 61;
        assert!(chat.open("alice", "ops-ns").await.unwrap());
        let out = chat.sync(&EVERYBODY).await.unwrap();
        assert_eq!(out, ["carol from ops-ns", "carol from town", "noah from ops-ns"]);
    }
}

#[tokio::test]
async fn while_the_record_cannot_be_written_nobody_is_removed() {
    let mut small = toml::Table::new();
    small.insert("journal_bytes".into(), 12_000.into());
    small.insert("spool_bytes".into(), 100_000.into());
    let house = open_house_with(small).await;
    let mut chat = rooms(connect(&house, Build::Early, record()).await);
    sign_in(&house, "alice").await;
    revoke(&house, "carol").await;
    for _ in 0..100 {
        if chat.sync(&["alice"]).await.is_err() {
            look_at_all(&mut chat).await;
            return;
        }
    }
    panic!("the journal takes everything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_server_that_is_cut_off_costs_nobody_the_room() {
    let Some(address) = countersign_tests::database::server_address() else {
        println!("nothing tried: the store is embedded");
        return;
    };
    let between = GoBetween::to(address.clone()).await;
    let house = TestHouse::open_by(|url| url.replace(&address, &between.address.to_string())).await;
    let mut chat = rooms(connect(&house, Build::Early, record()).await);
    sign_in(&house, "alice").await;
    assert!(chat.open("alice", "ops-ns").await.unwrap());

    between.cut(true);
    let gone = tokio::time::timeout(Duration::from_secs(30), house.app.catch_up()).await;
    assert!(gone.unwrap().is_err(), "the server is gone");
    house.app.clock.advance(TimeDelta::seconds(6));
    look_at_all(&mut chat).await;
    // Its token ends amid the outage, and there is no other.
    chat.now += 600;
    look_at_all(&mut chat).await;

    between.cut(false);
    house.app.catch_up().await.unwrap();
    chat.now += 61;
    assert!(chat.open("alice", "ops-ns").await.unwrap());
    assert_eq!(chat.sync(&["noah"]).await.unwrap(), ["noah from ops-ns"]);
}
