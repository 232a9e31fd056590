// SPDX-License-Identifier: Apache-2.0
//! `GetEntitlements`: every level at or below, only to servers whose record says so, and no codeword that
//! the server does not know.

use std::collections::BTreeSet;

use countersign_directory::operation::server;
use countersign_directory::{ConnectedServer, Permit};
use countersign_tests::rocket_chat::Build;
use serde_json::json;

use super::{NS, connected, record, record_with, revoke};

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[tokio::test]
async fn levels_are_expanded_and_stop_at_what_she_and_the_server_may_have() {
    let (house, mut chat) = connected(Build::Late, record_with(&json!({"entitlements": true}))).await;
    let alice = chat.assignable("alice").await.unwrap();
    assert_eq!(alice["nato-level"], set(&["nu", "nr", "nc", "ns"]));
    assert_eq!(alice["de-level"], set(&["offen", "vs-nfd", "vs-v", "geheim"]));
    assert!(
        alice["nato-release"].contains("nato") && alice["nato-release"].contains("deu"),
        "{alice:?}"
    );
    assert!(!alice["nato-release"].contains("che"), "she is not Swiss");
    assert!(!alice.contains_key("nato-compartment"), "{alice:?}");
    let carol = chat.assignable("carol").await.unwrap();
    assert_eq!(
        carol["nato-level"],
        set(&["nu", "nr", "nc", "ns"]),
        "the server's node ends at NS"
    );
    let noah = chat.assignable("noah").await.unwrap();
    assert_eq!(noah["nato-level"], set(&["nu"]));
    revoke(&house, "alice").await;
    assert!(chat.assignable("alice").await.unwrap().is_empty());

    // What is offered can be used: a room with these values is understood.
    let chat = chat.with_room(
        "offered",
        &[("de-level", &["vs-nfd"]), ("de-release", &["deu"])],
        &[],
    );
    let mut chat = chat.with_room("ops-ns", &NS, &["noah"]);
    assert!(chat.add(&["judy"], "offered").await.unwrap());
    assert_eq!(chat.sync(&["noah"]).await.unwrap(), ["noah from ops-ns"]);
}

#[tokio::test]
async fn a_compartment_is_offered_to_those_who_hold_it() {
    let mut high = record_with(&json!({"entitlements": true}));
    high["node"] = json!(null);
    high["clients"] = json!(null);
    let (_house, mut chat) = connected(Build::Late, high).await;
    let carol = chat.assignable("carol").await.unwrap();
    assert_eq!(carol["nato-compartment"], set(&["atomal"]), "{carol:?}");
    assert!(carol["nato-level"].contains("cts"));
    let quin = chat.assignable("quin").await.unwrap();
    assert!(!quin.contains_key("nato-compartment"), "{quin:?}");
}

#[tokio::test]
async fn without_a_word_in_the_record_nothing_is_told_and_the_word_takes_two_people() {
    let (house, mut chat) = connected(Build::Late, record()).await;
    chat.check().await.unwrap();
    assert!(chat.assignable("alice").await.unwrap().is_empty());

    let told: ConnectedServer = serde_json::from_value(record_with(&json!({"entitlements": true}))).unwrap();
    let mut transaction = house.app.database.begin_write().await.unwrap();
    let alone = Permit::server("rocket".parse().unwrap());
    let refused = server::put(&told, &alone, house.app.now(), &mut transaction).await;
    assert!(refused.is_err(), "one is not enough");
}
