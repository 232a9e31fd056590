// SPDX-License-Identifier: Apache-2.0
//! The attribute values of a room and the label on file: what the chat server says may only raise, and what
//! cannot be read removes nobody.

use countersign_tests::rocket_chat::Build;
use serde_json::json;

use super::{NS, connected, record, sign_in};

#[tokio::test]
async fn a_room_that_is_raised_loses_those_who_are_not_cleared_for_it() {
    let (_house, chat) = connected(Build::Early, record()).await;
    let mut chat = chat.with_room("log-nr", &[("nato-level", &["nr"])], &["alice", "dave", "gina"]);
    assert_eq!(chat.sync(&["alice", "dave"]).await.unwrap(), [""; 0]);
    let out = chat.set_attributes("log-nr", &NS).await.unwrap();
    assert_eq!(out, ["dave from log-nr", "gina from log-nr"]);
}

#[tokio::test]
async fn a_lower_or_a_shorter_name_opens_nothing() {
    let (_house, chat) = connected(Build::Early, record()).await;
    // On file: NATO SECRET, and ATOMAL at COSMIC TOP SECRET.
    let mut chat = chat
        .with_room("ops-ns", &[("nato-level", &["nu"])], &["dave"])
        .with_room("nuc-cts", &[("nato-level", &["cts"])], &["quin"]);
    assert!(!chat.add(&["noah"], "ops-ns").await.unwrap());
    assert_eq!(chat.sync(&["dave"]).await.unwrap(), ["dave from ops-ns"]);
    let out = chat.sync(&["quin"]).await.unwrap();
    assert_eq!(out, ["quin from nuc-cts"], "not without ATOMAL");
}

/// What the names do not speak of is as it is on file: Swiss people are in `log-nr` by its release.
#[tokio::test]
async fn a_release_that_is_not_named_is_the_one_on_file() {
    let (_house, chat) = connected(Build::Early, record()).await;
    let mut chat = chat.with_room("log-nr", &[("nato-level", &["nr"])], &["gina"]);
    assert_eq!(chat.sync(&["gina"]).await.unwrap(), [""; 0]);
    let narrower: [(&str, &[&str]); 2] = [("nato-level", &["nr"]), ("nato-release", &["nato"])];
    assert_eq!(
        chat.set_attributes("log-nr", &narrower).await.unwrap(),
        ["gina from log-nr"]
    );
}

#[tokio::test]
async fn a_room_that_nobody_registered_is_judged_by_its_attributes_alone() {
    let (house, chat) = connected(Build::Early, record()).await;
    let mut chat = chat.with_room("brand-new", &NS, &[]);
    assert!(chat.add(&["alice", "bob"], "brand-new").await.unwrap());
    assert!(!chat.add(&["dave"], "brand-new").await.unwrap());
    sign_in(&house, "alice").await;
    assert!(chat.open("alice", "brand-new").await.unwrap());
    assert!(
        house.app.snapshot().channel("brand-new").is_none(),
        "asking registers nothing"
    );
    let out = chat
        .set_attributes("brand-new", &[("de-level", &["streng-geheim"])])
        .await
        .unwrap();
    assert_eq!(
        out,
        ["alice from brand-new", "bob from brand-new"],
        "a plain name is read"
    );
}

#[tokio::test]
async fn where_labels_are_kept_here_an_unregistered_room_is_unknown_and_keeps_its_people() {
    let mut ours = record();
    ours["labels_owner"] = json!("countersign");
    let (_house, chat) = connected(Build::Early, ours).await;
    let mut chat = chat
        .with_room("brand-new", &NS, &["dave"])
        .with_room("ops-ns", &NS, &["dave"]);
    let failed = chat.sync(&["dave"]).await.unwrap_err();
    assert!(failed.0.contains("not registered here"), "{failed:?}");
    assert_eq!(chat.members("brand-new"), ["dave"]);
    assert!(
        !chat.add(&["dave"], "ops-ns").await.unwrap(),
        "a registered one is decided"
    );
}

#[tokio::test]
async fn attributes_that_are_no_label_let_nobody_in_and_put_nobody_out() {
    let unreadable: [&[(&str, &[&str])]; 8] = [
        &[("nato-level", &["nx"])],
        &[("nato-colour", &["blue"])],
        &[("nato-compartment", &["atomal"])],
        &[("nato-level", &["ns"]), ("de-level", &["geheim"])],
        &[("nato-level", &["ns"]), ("department", &["sales"])],
        &[("nato-level", &["n s"])],
        &[("nato-level", &["ns%"])],
        &[
            ("nato-level", &["ns"]),
            ("nato-compartment", &["no-such-codeword"]),
        ],
    ];
    let (house, mut chat) = connected(Build::Early, record()).await;
    sign_in(&house, "alice").await;
    for (number, attributes) in unreadable.into_iter().enumerate() {
        let room = format!("room-{number}");
        chat = chat.with_room(&room, attributes, &["alice", "noah"]);
        for person in ["alice", "noah"] {
            assert!(!chat.open(person, &room).await.unwrap(), "{attributes:?}");
        }
        let failed = chat.sync(&["alice"]).await.unwrap_err();
        assert!(failed.0.contains("are no label"), "{failed:?}");
        assert_eq!(chat.members(&room), ["alice", "noah"], "{attributes:?}");
        chat.rooms.remove(&room);
    }
    // Of another scheme than the one on file: nothing bears both.
    chat = chat.with_room("ops-ns", &[("de-level", &["geheim"])], &["alice"]);
    let failed = chat.sync(&["alice"]).await.unwrap_err();
    assert!(
        failed.0.contains("do not go with the label on file"),
        "{failed:?}"
    );
    assert_eq!(chat.members("ops-ns"), ["alice"]);
    // Of another namespace.
    chat.namespace = "elsewhere.example".to_owned();
    chat = chat.with_room("ops-ns", &NS, &["alice"]);
    assert!(chat.sync(&["alice"]).await.is_err());
    assert_eq!(chat.members("ops-ns"), ["alice"]);
}
