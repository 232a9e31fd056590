// SPDX-License-Identifier: Apache-2.0
//! The rules of a source change, and no entry does: people have what the rules of now give them, and no more.

use countersign_directory::ldap::sync::Mode;
use countersign_directory::store::{People, Shelf as _, changes};
use countersign_directory::{Change, ClearanceState, Noun, Person, PersonId};
use countersign_tests::house::{TestHouse, open_house, whole_world};
use serde_json::{Value, json};

use super::journey::{directory, may_join, pass, put};

fn anna(house: &TestHouse) -> Person {
    house.app.snapshot().person("anna").unwrap().as_ref().clone()
}

fn clearances(house: &TestHouse) -> usize {
    let (held, now) = (anna(house).clearances, house.app.now());
    held.iter()
        .filter(|one| one.state == ClearanceState::Active && one.valid_until > now)
        .count()
}

/// Takes the rules for a part of a person out of the mapping.
fn without(part: &'static str) -> impl Fn(&mut Value) {
    move |record| {
        let rules = record["mapping"]["rules"].as_array_mut().unwrap();
        rules.retain(|rule| rule["to"] != part);
    }
}

/// A pass of what changed reads all once, and then no more.
async fn reads_all_once(house: &TestHouse, changed: u64) {
    let report = pass(house, Mode::Incremental, false).await;
    assert_eq!(
        (report.mode, report.counts.changed),
        (Mode::Full, changed),
        "{report:?}"
    );
    let report = pass(house, Mode::Incremental, false).await;
    assert_eq!(
        (report.mode, report.counts.changed),
        (Mode::Incremental, 0),
        "{report:?}"
    );
}

#[tokio::test]
async fn what_a_rule_gave_goes_with_the_rule() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    let server = house.connect(whole_world("demo")).await;
    pass(&house, Mode::Full, false).await;
    assert_eq!((anna(&house).missions.len(), clearances(&house)), (1, 1));
    assert_eq!((anna(&house).briefings.len(), anna(&house).roles.len()), (1, 1));
    let strong = house
        .browser("anna", countersign_authn::assurance::Level::Aal3, Some("ns"))
        .await;
    house.tie(&strong, "demo").await;
    assert!(may_join(&house, &server, "anna").await);

    put(&house, &slapd, without("missions")).await;
    reads_all_once(&house, 2).await;
    assert!(anna(&house).missions.is_empty());
    assert!(!may_join(&house, &server, "anna").await);
    assert_eq!(clearances(&house), 1, "the other rules stand");

    put(&house, &slapd, |record| {
        for part in ["roles", "briefings", "clearances"] {
            without(part)(record);
        }
    })
    .await;
    reads_all_once(&house, 2).await;
    assert_eq!(clearances(&house), 0);
    assert!(anna(&house).briefings.is_empty() && anna(&house).roles.is_empty());
    assert_eq!(anna(&house).missions.len(), 1, "its rule is there again");
}

#[tokio::test]
async fn a_cap_that_is_raised_or_lowered_reaches_those_whose_entry_stayed_as_it_was() {
    let (house, slapd) = (open_house().await, directory());
    let capped =
        |level: &'static str| move |record: &mut Value| record["cap"]["levels"] = json!({"NATO": level});
    put(&house, &slapd, capped("NR")).await;
    pass(&house, Mode::Full, false).await;
    assert_eq!(clearances(&house), 0, "beyond the cap");
    put(&house, &slapd, capped("NS")).await;
    reads_all_once(&house, 2).await;
    assert_eq!(clearances(&house), 1);
    put(&house, &slapd, capped("NR")).await;
    reads_all_once(&house, 2).await;
    assert_eq!(clearances(&house), 0);
}

#[tokio::test]
async fn a_filter_that_is_narrowed_leaves_out_those_who_were_in() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    pass(&house, Mode::Full, false).await;
    put(&house, &slapd, |record| {
        record["protocol"]["ldap"]["filter"] = json!("(&(objectClass=inetOrgPerson)(uid=anna))");
    })
    .await;
    let report = pass(&house, Mode::Incremental, false).await;
    assert_eq!(
        (report.mode, report.counts.removed),
        (Mode::Full, 1),
        "{report:?}"
    );
    assert_eq!(
        (report.counts.changed, report.counts.unchanged),
        (0, 1),
        "anna is who she was"
    );
    let status = house.app.snapshot().person("bert").unwrap().status;
    assert_eq!(status, countersign_directory::Status::Disabled);
}

/// What an administrator or another source gave is not a rule's to take.
#[tokio::test]
async fn what_others_gave_stays_when_a_rule_goes() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, without("missions")).await;
    pass(&house, Mode::Full, false).await;
    let given = Person {
        missions: ["BALTIC".parse().unwrap()].into_iter().collect(),
        ..anna(&house)
    };
    let id: PersonId = "anna".parse().unwrap();
    let mut db = house.app.database.begin_write().await.unwrap();
    changes::lock(&mut db).await.unwrap();
    People::put(&[(&id, &given)], &mut db).await.unwrap();
    let change = Change::put(Noun::Person, id.as_str());
    changes::record(&[change], house.app.now(), &mut db)
        .await
        .unwrap();
    house.app.commit(db).await.unwrap();
    put(&house, &slapd, |record| {
        without("missions")(record);
        record["cap"]["roles"] = json!([]);
    })
    .await;
    pass(&house, Mode::Incremental, false).await;
    assert_eq!(anna(&house).missions.len(), 1);
}
