// SPDX-License-Identifier: Apache-2.0
//! The right people come in, stay and go.

use std::collections::BTreeMap;

use countersign_audit::store::leaves::{self, Filter};
use countersign_authn::assurance::Level;
use countersign_server::record::Recorded;
use countersign_server::record::replay::Replayed;
use countersign_tests::house::TestHouse;
use countersign_tests::rocket_chat::{Build, GET_DECISION_BULK, GET_DECISIONS, request};
use serde_json::json;

use super::{NS, connect, connected, record, record_with, revoke, sign_in};

#[tokio::test]
async fn the_right_people_come_in_stay_and_go() {
    let (house, chat) = connected(Build::Early, record()).await;
    let mut chat = chat.with_room("ops-ns", &NS, &[]);
    chat.check().await.unwrap();

    assert!(
        !chat.add(&["alice", "noah"], "ops-ns").await.unwrap(),
        "noah is not cleared"
    );
    assert_eq!(chat.members("ops-ns"), [""; 0], "all of them or nobody");
    assert!(
        chat.add(&["alice", "bob", "carol"], "ops-ns").await.unwrap(),
        "signed in or not"
    );

    sign_in(&house, "alice").await;
    sign_in(&house, "carol").await;
    assert!(chat.open("alice", "ops-ns").await.unwrap());
    assert!(!chat.open("bob", "ops-ns").await.unwrap(), "he is not signed in");
    assert_eq!(
        chat.members("ops-ns"),
        ["alice", "bob", "carol"],
        "a missing session removes nobody"
    );

    revoke(&house, "carol").await;
    assert_eq!(chat.sync(&["carol"]).await.unwrap(), ["carol from ops-ns"]);
    assert_eq!(chat.sync(&["alice", "bob"]).await.unwrap(), [""; 0]);
    revoke(&house, "alice").await;
    assert!(
        chat.open("alice", "ops-ns").await.unwrap(),
        "a permit is used again for its 60 seconds"
    );
    chat.now += 61;
    assert!(!chat.open("alice", "ops-ns").await.unwrap());
    assert_eq!(chat.members("ops-ns"), ["bob"]);
}

/// The builds that open rooms by the bulk call cannot be told from those that look members through; the
/// record says which.
#[tokio::test]
async fn a_build_that_opens_rooms_by_the_bulk_call_minds_the_session_too() {
    let (house, chat) = connected(Build::Late, record_with(&json!({"access_check": "bulk"}))).await;
    let mut chat = chat.with_room("ops-ns", &NS, &["alice", "bob", "carol", "noah"]);
    chat.check().await.unwrap();
    sign_in(&house, "alice").await;

    assert!(chat.open("alice", "ops-ns").await.unwrap());
    let failed = chat.open("bob", "ops-ns").await.unwrap_err();
    assert!(
        failed.0.contains("503") && failed.0.contains("at this moment"),
        "{failed:?}"
    );
    assert!(!chat.open("noah", "ops-ns").await.unwrap());
    assert_eq!(
        chat.members("ops-ns"),
        ["alice", "bob", "carol"],
        "noah is out, bob is not"
    );

    revoke(&house, "carol").await;
    assert_eq!(
        chat.sync(&["alice", "bob", "carol"]).await.unwrap(),
        ["carol from ops-ns"]
    );
    revoke(&house, "alice").await;
    assert_eq!(
        chat.attributes_shrank("alice").await.unwrap(),
        ["alice from ops-ns"]
    );
    assert_eq!(chat.members("ops-ns"), ["bob"]);
}

#[tokio::test]
async fn an_entry_that_cannot_be_decided_fails_its_call_and_removes_nobody() {
    for build in [Build::Early, Build::Late] {
        let (house, chat) = connected(build, record()).await;
        let mut chat =
            chat.with_users(&["stranger"])
                .with_room("ops-ns", &NS, &["alice", "noah", "stranger"]);
        revoke(&house, "alice").await;
        for failed in [
            chat.sync(&["alice", "noah", "stranger"]).await.unwrap_err(),
            chat.set_attributes("ops-ns", &NS).await.unwrap_err(),
            chat.add(&["stranger"], "ops-ns").await.unwrap_err(),
        ] {
            assert!(failed.0.contains("503"), "{failed:?}");
            assert!(
                failed.0.contains("nobody whom this server may ask about"),
                "{failed:?}"
            );
        }
        assert_eq!(chat.members("ops-ns"), ["alice", "noah", "stranger"]);
        // Those who can be decided go on the next call without the stranger.
        let out = chat.sync(&["alice", "noah"]).await.unwrap();
        assert_eq!(out, ["alice from ops-ns", "noah from ops-ns"]);
    }
}

#[tokio::test]
async fn whom_or_what_a_server_may_not_ask_about_is_unknown_and_stays_where_it_is() {
    let mut narrow = record();
    narrow["scope"] = json!({"people": {"list": ["alice"]}, "channels": {"list": []}});
    narrow["labels_owner"] = json!("countersign");
    let (house, chat) = connected(Build::Early, narrow).await;
    let mut chat = chat.with_room("ops-ns", &NS, &["alice", "noah"]);
    sign_in(&house, "alice").await;
    assert!(!chat.open("noah", "ops-ns").await.unwrap());
    assert!(!chat.open("alice", "ops-ns").await.unwrap());
    let failed = chat.sync(&["alice"]).await.unwrap_err();
    assert!(failed.0.contains("not registered here"), "{failed:?}");
    assert_eq!(chat.members("ops-ns"), ["alice", "noah"]);
}

#[tokio::test]
async fn weak_sign_ins_devices_and_nodes_shut_the_room_and_remove_nobody() {
    let (house, chat) = connected(Build::Early, record()).await;
    let mut chat = chat.with_room("ops-ns", &NS, &["alice", "bob"]);
    let weak = house.browser("alice", Level::Aal2, Some("ns")).await;
    house.tie(&weak, "rocket").await;
    let poor = house.browser("bob", Level::Aal3, Some("smk")).await;
    house.tie(&poor, "rocket").await;
    for person in ["alice", "bob"] {
        assert!(!chat.open(person, "ops-ns").await.unwrap(), "{person}");
    }
    assert_eq!(chat.members("ops-ns"), ["alice", "bob"]);

    let mut low = record();
    low["node"] = json!("che-vbs");
    low["clients"] = json!(null);
    (low["id"], low["client_id"]) = (json!("low"), json!("low"));
    let mut low = connect(&house, Build::Early, low)
        .await
        .with_room("ops-ns", &NS, &["alice"]);
    let failed = low.sync(&["alice"]).await.unwrap_err();
    assert!(
        failed.0.contains("503"),
        "a node below the room is not her fault: {failed:?}"
    );
    assert_eq!(low.members("ops-ns"), ["alice"]);
}

#[tokio::test]
async fn a_closed_room_keeps_those_it_has_and_takes_nobody() {
    let (house, chat) = connected(Build::Early, record()).await;
    let mut chat = chat.with_room("closed", &NS, &["alice"]);
    sign_in(&house, "alice").await;
    assert!(chat.open("alice", "closed").await.unwrap());
    assert_eq!(chat.sync(&["alice"]).await.unwrap(), [""; 0]);
    assert!(chat.add(&["bob"], "closed").await.is_err(), "neither in nor out");
    assert_eq!(chat.members("closed"), ["alice"]);
}

#[tokio::test]
async fn people_are_found_by_their_mail_address_whatever_its_case_unless_two_have_it() {
    let world = std::str::from_utf8(countersign_tests::house::WORLD).unwrap();
    let mut world: serde_json::Value = serde_json::from_str(world).unwrap();
    for (person, address) in [
        ("alice", "Alice@Example.org"),
        ("bob", "x@example.org"),
        ("carol", "X@example.org"),
    ] {
        world["users"][person]["email"] = json!(address);
    }
    let house = countersign_tests::house::open_house_of(world.to_string().as_bytes()).await;
    let chat = connect(&house, Build::Early, record_with(&json!({"entity": "email"}))).await;
    let mut chat = chat.with_room("ops-ns", &NS, &["alice", "bob"]);
    sign_in(&house, "alice").await;
    assert!(chat.open("alice", "ops-ns").await.unwrap());
    chat.users.get_mut("bob").unwrap().emails = vec!["x@example.org".to_owned()];
    assert!(chat.sync(&["bob"]).await.is_err(), "two have it");
    assert!(!chat.open("bob", "ops-ns").await.unwrap());
    assert_eq!(chat.members("ops-ns"), ["alice", "bob"]);

    // She takes another address: whoever uses the old one is nobody.
    let judy = house.browser("judy", Level::Aal2, None).await;
    let body = json!({"email": "alice@elsewhere.example"});
    let answer = house
        .as_person(&judy, http::Method::PATCH, "/api/v1/people/alice", Some(body))
        .await;
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
    chat.now += 61;
    assert!(!chat.open("alice", "ops-ns").await.unwrap());
    assert!(chat.sync(&["alice"]).await.is_err());
    chat.users.get_mut("alice").unwrap().emails = vec!["alice@elsewhere.example".to_owned()];
    assert!(chat.open("alice", "ops-ns").await.unwrap());
}

#[tokio::test]
async fn four_hundred_and_fifty_are_asked_about_in_three_calls_and_each_is_answered_in_its_place() {
    let (house, mut chat) = connected(Build::Early, record()).await;
    let names = ["alice", "noah", "bob"];
    let rooms: Vec<String> = (0..150).map(|number| format!("room-{number:03}")).collect();
    for room in &rooms {
        chat = chat.with_room(room, &NS, &names);
    }
    let out = chat.sync(&names).await.unwrap();
    let expected: Vec<String> = rooms.iter().map(|room| format!("noah from {room}")).collect();
    assert_eq!(out, expected);
    assert_eq!(chat.calls, [200, 200, 50]);
    assert_eq!(on_record(&house).await.get("channel.join allow"), Some(&300));

    // Identifiers come back in request order, beside the decision.
    let token = house.token("rocket");
    let level = ["https://labels.example.org/attr/nato-level/value/ns".to_owned()];
    let asked = ["room-007", "ops-ns", "room-007"].map(|room| request(&json!({"id": "bob"}), room, &level));
    let answer = chat
        .call(GET_DECISION_BULK, &token, &json!({"decisionRequests": asked}))
        .await
        .unwrap();
    let of = |at: usize| &answer["decisionResponses"][at]["resourceDecisions"];
    for (at, room) in ["room-007", "ops-ns", "room-007"].into_iter().enumerate() {
        assert_eq!(
            *of(at),
            json!([{"ephemeralResourceId": room, "decision": "DECISION_PERMIT"}])
        );
    }
    let asked = json!({"decisionRequests": [{
        "actions": [{"standard": 1}],
        "resourceAttributes": [
            {"resourceAttributesId": "ops-ns", "attributeValueFqns": level},
            {"resourceAttributesId": "room-007", "attributeValueFqns": level}
        ],
        "entityChains": [{"id": "one", "entities": [{"id": "noah"}]}, {"id": "two", "entities": [{"id": "nobody"}]}]
    }]});
    let answer = chat.call(GET_DECISIONS, &token, &asked).await.unwrap();
    let told: Vec<_> = answer["decisionResponses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            ["resourceAttributesId", "entityChainId", "decision"].map(|name| one[name].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            ["ops-ns", "one", "DECISION_DENY"],
            ["ops-ns", "two", "DECISION_UNSPECIFIED"],
            ["room-007", "one", "DECISION_DENY"],
            ["room-007", "two", "DECISION_UNSPECIFIED"],
        ]
    );
}

#[tokio::test]
async fn every_answer_is_on_record_and_can_be_replayed() {
    let (house, chat) = connected(Build::Early, record()).await;
    let mut chat = chat.with_room("ops-ns", &NS, &["alice", "noah"]).with_room(
        "new-room",
        &[("nato-level", &["cts"])],
        &["alice"],
    );
    sign_in(&house, "alice").await;
    assert!(chat.open("alice", "ops-ns").await.unwrap());
    assert!(!chat.open("alice", "new-room").await.unwrap());
    assert!(!chat.open("noah", "ops-ns").await.unwrap());
    let expected = BTreeMap::from([
        // Of noah and of the new room nobody has told us that they are in, and in it.
        ("channel.join deny".to_owned(), 4),
        ("message.read allow".to_owned(), 1),
    ]);
    assert_eq!(
        on_record(&house).await,
        expected,
        "with the two by which they were removed"
    );
    for recorded in recorded(&house).await {
        let mut db = house.database.pool.acquire().await.unwrap();
        let again = house.app.replay(&recorded, &mut db).await.unwrap();
        assert_eq!(again, Replayed::Same, "{recorded:?}");
    }
}

/// How many decisions about rooms stand on record, by action and outcome.
async fn on_record(house: &TestHouse) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for recorded in recorded(house).await {
        let kind = format!("{} {}", recorded.body.action, recorded.outcome);
        *found.entry(kind).or_default() += 1;
    }
    found
}

async fn recorded(house: &TestHouse) -> Vec<Recorded> {
    house.app.drain().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    let filter = Filter {
        kind: Some("decision".to_owned()),
        limit: 10_000,
        ..Filter::default()
    };
    let mut found = Vec::new();
    for leaf in leaves::list(&filter, &mut db).await.unwrap() {
        let id = leaf.facets.decision_id.unwrap();
        let leaf = leaves::decision(&id, &mut db).await.unwrap().unwrap();
        found.extend(Recorded::of(&leaf));
    }
    found.retain(|recorded| recorded.body.asker.server.as_deref() == Some("rocket"));
    found
}
