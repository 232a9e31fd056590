// SPDX-License-Identifier: Apache-2.0
//! What sources say of people, carried out in the store: within the cap, on record, never over somebody
//! else's word.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use countersign_directory::amend::{Amendment, PersonPatch, clearance_id};
use countersign_directory::operation::amend::apply as amend;
use countersign_directory::operation::person;
use countersign_directory::source::apply::{Applied, ApplyError, Barrier, Entry, Tie, apply};
use countersign_directory::source::mapping::Target;
use countersign_directory::source::{Source, Sourced, SourcedClearance, State, read};
use countersign_directory::store::person_sources;
use countersign_directory::{ClearanceState, Permit, Person, PersonId, Role, Set, SourceId, Status, store};
use countersign_tests::database::TestDatabase;
use serde_json::{Value, json};

use super::{at, now, with_coalition};

fn record() -> Value {
    json!({
        "id": "mod", "name": "Ministry of Defence",
        "protocol": {"oidc": {"issuer": "https://idp.mod.example", "client_id": "c", "authentication": "none"}},
        "trust": {"identity": true, "attributes": true, "domains": ["mod.example"]},
        "linking": {"create": "yes", "kind": "government"},
        "cap": {"agencies": ["de-mod"], "levels": {"NATO": "NC"}, "compartments": {"NATO": ["ATOMAL"]},
            "nationalities": ["DEU"], "missions": ["BALTIC"], "briefings": ["NATO"], "roles": ["member"],
            "clearance_days": 30}})
}

async fn put(source: Value, database: &TestDatabase) {
    let source = Box::new(read(source).unwrap());
    let act = Amendment::SourcePut { source };
    let mut tx = database.pool.begin().await.unwrap();
    let done = amend(&act, &Permit::operator(), now(), &mut tx).await.unwrap();
    assert_eq!(done.events[0].kind, "source.changed");
    tx.commit().await.unwrap();
}

/// The coalition, and the source `mod`.
async fn with_source(changes: &[(&str, Value)]) -> TestDatabase {
    let database = with_coalition().await;
    let mut record = record();
    // The agency and the mission that its people are of.
    let world = super::load(&database).await;
    let agency = world.agencies.keys().next().unwrap();
    let mission = world.missions.keys().next().unwrap();
    record["cap"]["agencies"] = json!([agency]);
    record["cap"]["missions"] = json!([mission]);
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        record.pointer_mut(parent).unwrap()[name] = value.clone();
    }
    put(record, &database).await;
    database
}

fn id() -> SourceId {
    "mod".parse().unwrap()
}

fn ann() -> PersonId {
    "ann".parse().unwrap()
}

async fn said_at(
    tie: Tie,
    said: Value,
    moment: chrono::DateTime<chrono::Utc>,
    database: &TestDatabase,
) -> Applied {
    let entry = Entry {
        person: ann(),
        tie,
        said: serde_json::from_value(said).unwrap(),
    };
    let mut tx = database.pool.begin().await.unwrap();
    let permit = Permit::source(id(), None);
    let applied = apply(&id(), &[entry], &permit, moment, &mut tx).await.unwrap();
    tx.commit().await.unwrap();
    applied
}

async fn said(tie: Tie, said: Value, database: &TestDatabase) -> Applied {
    said_at(tie, said, now(), database).await
}

async fn person(database: &TestDatabase) -> Person {
    super::load(database).await.people[&ann()].clone()
}

async fn given(database: &TestDatabase) -> person_sources::Given {
    let mut db = database.pool.acquire().await.unwrap();
    person_sources::of(&ann(), &mut db)
        .await
        .unwrap()
        .remove(&id())
        .unwrap_or_default()
}

async fn amended(act: Amendment, database: &TestDatabase) {
    let mut tx = database.pool.begin().await.unwrap();
    let _ = amend(&act, &Permit::operator(), now(), &mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

fn barriers(applied: &Applied) -> Vec<Barrier> {
    let refused = applied.refused.get(&ann()).into_iter().flatten();
    refused.map(|refused| refused.cap).collect()
}

fn vouched(level: &str, compartments: &[&str], until: &str) -> Value {
    json!({"scheme": "NATO", "level": level, "compartments": compartments, "valid_until": until})
}

#[tokio::test]
async fn what_is_within_the_cap_is_given_and_what_is_beyond_is_refused_and_reported() {
    let database = with_source(&[]).await;
    let world = super::load(&database).await;
    let mission = world.missions.keys().next().unwrap().clone();
    let agency = world.agencies.keys().next().unwrap().clone();
    let word = json!({"display_name": "Ann Ash", "email": "Ann@mod.example", "agency": agency, "nationalities": ["DEU"],
        "missions": [mission, "elsewhere"], "briefings": ["NATO", "other"], "roles": ["member", "auditor", "security_officer"],
        "clearances": [vouched("NC", &["ATOMAL"], "2027-11-23T00:00:00Z"), vouched("NS", &[], "2027-11-23T00:00:00Z"),
            vouched("NR", &["CRYPTO"], "2027-11-23T00:00:00Z"), vouched("NR", &[], "2026-12-01T00:00:00Z")]});
    let applied = said(Tie::New, word.clone(), &database).await;
    let held = person(&database).await;
    assert_eq!(held.email.as_deref(), Some("ann@mod.example"));
    assert_eq!(held.missions.as_slice(), [mission]);
    assert_eq!(held.roles.as_slice(), [Role::Member]);
    assert_eq!(held.briefings.as_slice(), ["NATO"]);
    // The cap's days end the first, the source's word the second; what is above is not given at all.
    let ends: Vec<_> = held
        .clearances
        .iter()
        .map(|held| (held.level.as_str(), held.valid_until))
        .collect();
    assert_eq!(
        ends,
        [
            ("NC", now() + TimeDelta::days(30)),
            ("NR", at("2026-12-01T00:00:00Z"))
        ]
    );
    let given = given(&database).await;
    assert!(given.owns && given.parts.attributes.contains_key(&Target::Missions));
    for clearance in &held.clearances {
        assert!(given.parts.clearances.contains_key(&clearance_id(clearance)));
    }
    let mut refused = barriers(&applied);
    refused.sort();
    let mut expected = [
        Barrier::Roles,
        Barrier::Officers,
        Barrier::Missions,
        Barrier::Briefings,
        Barrier::Levels,
        Barrier::Compartments,
    ];
    expected.sort();
    assert_eq!(refused, expected);
    let kinds: Vec<&str> = applied.outcome.events.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [
            "person.created",
            "clearance.granted",
            "clearance.granted",
            "source.refused"
        ]
    );
    for event in &applied.outcome.events {
        assert_eq!(event.detail["by"], "source:mod");
    }
    let told = &applied.outcome.events[3].detail["refused"];
    assert!(
        told.as_array()
            .unwrap()
            .contains(&json!({"part": "clearances", "cap": "levels", "value": "NATO NS"}))
    );
    // The same again changes nothing and says nothing.
    let again = said(Tie::Linked, word, &database).await;
    assert_eq!(again.changed, []);
}

#[tokio::test]
async fn a_refusal_is_reported_once_and_not_at_each_sign_in() {
    let database = with_source(&[]).await;
    let speaks = json!({"display_name": "Ann", "clearances": [vouched("CTS", &[], "2027-11-23T00:00:00Z")]});
    let first = said(Tie::New, speaks.clone(), &database).await;
    assert_eq!(first.outcome.events.last().unwrap().kind, "source.refused");
    let second = said(Tie::Linked, speaks, &database).await;
    assert_eq!(barriers(&second), [Barrier::Levels]);
    assert_eq!(second.outcome.events, []);
    let other = json!({"clearances": [vouched("NS", &[], "2027-11-23T00:00:00Z")]});
    assert_eq!(said(Tie::Linked, other, &database).await.outcome.events.len(), 1);
}

#[tokio::test]
async fn a_clearance_that_is_said_no_more_ends_at_once_and_one_that_is_said_lasts() {
    let database = with_source(&[]).await;
    let speaks = json!({"clearances": [vouched("NC", &[], "2028-01-01T00:00:00Z")]});
    let _ = said(Tie::New, speaks.clone(), &database).await;
    // Hardly later, nothing is written; a week later, it lasts a week longer.
    let soon = said_at(
        Tie::Linked,
        speaks.clone(),
        now() + TimeDelta::hours(1),
        &database,
    )
    .await;
    assert_eq!(soon.changed, []);
    let week = now() + TimeDelta::days(7);
    let _ = said_at(Tie::Linked, speaks, week, &database).await;
    let held = person(&database).await.clearances;
    assert_eq!((held.len(), held[0].valid_until), (1, week + TimeDelta::days(30)));
    let gone = said_at(Tie::Linked, json!({"clearances": []}), week, &database).await;
    assert_eq!(gone.changed, [ann()]);
    assert!(person(&database).await.clearances[0].valid_until < week);
    // Said again, the same one counts again.
    let speaks = json!({"clearances": [vouched("NC", &[], "2028-01-01T00:00:00Z")]});
    let _ = said_at(Tie::Linked, speaks, week + TimeDelta::days(1), &database).await;
    assert_eq!(person(&database).await.clearances.len(), 1);
}

#[tokio::test]
async fn what_an_officer_ended_a_source_does_not_give_anew() {
    let database = with_source(&[]).await;
    let speaks = json!({"clearances": [vouched("NC", &[], "2028-01-01T00:00:00Z")]});
    let _ = said(Tie::New, speaks.clone(), &database).await;
    let clearance = clearance_id(&person(&database).await.clearances[0]);
    amended(Amendment::ClearanceRevoke { id: ann(), clearance }, &database).await;
    for level in ["NC", "NR"] {
        let speaks = json!({"clearances": [vouched(level, &[], "2028-01-01T00:00:00Z")]});
        let applied = said(Tie::Linked, speaks, &database).await;
        assert_eq!(barriers(&applied), [Barrier::Officers]);
    }
    let held = person(&database).await.clearances;
    assert_eq!((held.len(), held[0].state), (1, ClearanceState::Revoked));
}

#[tokio::test]
async fn whom_the_source_disables_it_may_let_back_in_and_whom_an_officer_disables_it_may_not() {
    let database = with_source(&[]).await;
    let _ = said(Tie::New, json!({"display_name": "Ann"}), &database).await;
    let out = said(Tie::Linked, json!({"is_active": false}), &database).await;
    assert_eq!(
        (out.disabled, person(&database).await.status),
        (vec![ann()], Status::Disabled)
    );
    let back = said(Tie::Linked, json!({"is_active": true}), &database).await;
    assert_eq!(
        (back.changed, person(&database).await.status),
        (vec![ann()], Status::Active)
    );
    // An officer's word counts also where the source had said it first.
    let _ = said(Tie::Linked, json!({"is_active": false}), &database).await;
    let mut tx = database.pool.begin().await.unwrap();
    let _ = person::revoke(&ann(), &Permit::operator(), now(), &mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let refused = said(Tie::Linked, json!({"is_active": true}), &database).await;
    assert_eq!(barriers(&refused), [Barrier::Officers]);
    assert_eq!(person(&database).await.status, Status::Disabled);
}

#[tokio::test]
async fn what_an_administrator_says_stays_unless_the_source_is_to_take_over() {
    let database = with_source(&[]).await;
    let _ = said(
        Tie::New,
        json!({"display_name": "Ann", "roles": ["member"]}),
        &database,
    )
    .await;
    let patch = PersonPatch {
        display_name: Some(Some("Ann of the desk".to_owned())),
        ..PersonPatch::default()
    };
    amended(Amendment::PersonPatch { id: ann(), patch }, &database).await;
    let kept = said(
        Tie::Linked,
        json!({"display_name": "Mallory", "roles": []}),
        &database,
    )
    .await;
    assert_eq!(barriers(&kept), [Barrier::Others]);
    let held = person(&database).await;
    assert_eq!(held.display_name.as_deref(), Some("Ann of the desk"));
    assert!(
        held.roles.is_empty(),
        "what came from the source it may take away"
    );
    let mut adopts = record();
    adopts["linking"]["adopt"] = json!(true);
    put(adopts, &database).await;
    let _ = said(Tie::Linked, json!({"display_name": "Mallory"}), &database).await;
    assert_eq!(person(&database).await.display_name.as_deref(), Some("Mallory"));
}

#[tokio::test]
async fn somebody_of_another_agency_gets_nothing_and_keeps_what_others_gave() {
    let database = with_source(&[]).await;
    let before = super::load(&database).await;
    let (noah, held) = before
        .people
        .iter()
        .find(|(_, person)| {
            person
                .agency
                .as_ref()
                .is_some_and(|agency| agency != before.agencies.keys().next().unwrap())
                && !person.clearances.is_empty()
        })
        .unwrap();
    let entry = Entry {
        person: noah.clone(),
        tie: Tie::Linked,
        said: Sourced {
            display_name: Some("Somebody else".to_owned()),
            roles: Some([Role::Member].into_iter().collect()),
            missions: Some(Set::default()),
            is_active: Some(false),
            clearances: Some(vec![SourcedClearance {
                scheme: "NATO".to_owned(),
                level: "NC".to_owned(),
                compartments: Set::default(),
                valid_until: at("2028-01-01T00:00:00Z"),
            }]),
            ..Sourced::default()
        },
    };
    let mut tx = database.pool.begin().await.unwrap();
    let applied = apply(&id(), &[entry], &Permit::source(id(), None), now(), &mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!((applied.changed, applied.disabled), (vec![], vec![]));
    assert!(
        applied.refused[noah]
            .iter()
            .any(|refused| refused.cap == Barrier::Agencies)
    );
    assert_eq!(super::load(&database).await.people[noah], *held);
}

#[tokio::test]
async fn an_address_is_of_the_sources_domains_and_nobody_elses() {
    let database = with_source(&[]).await;
    let foreign = said(
        Tie::New,
        json!({"display_name": "Ann", "email": "ann@other.example"}),
        &database,
    )
    .await;
    assert_eq!(barriers(&foreign), [Barrier::Domains]);
    let patch = PersonPatch {
        email: Some(Some("Desk@MOD.example".to_owned())),
        ..PersonPatch::default()
    };
    let bob = super::load(&database).await.people.keys().next().unwrap().clone();
    amended(Amendment::PersonPatch { id: bob, patch }, &database).await;
    let taken = said(Tie::Linked, json!({"email": "desk@mod.example"}), &database).await;
    assert_eq!(barriers(&taken), [Barrier::Taken]);
    assert_eq!(person(&database).await.email, None);
    // Two of one batch do not get the same one either.
    let entries: Vec<Entry> = ["cara", "dana"]
        .map(|name| Entry {
            person: name.parse().unwrap(),
            tie: Tie::New,
            said: Sourced {
                email: Some("team@mod.example".to_owned()),
                ..Sourced::default()
            },
        })
        .into();
    let mut tx = database.pool.begin().await.unwrap();
    let applied = apply(&id(), &entries, &Permit::source(id(), None), now(), &mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!((applied.created.len(), applied.refused.len()), (2, 1));
}

#[tokio::test]
async fn only_the_source_itself_applies_what_it_says_and_only_while_it_counts() {
    let database = with_source(&[]).await;
    let mut tx = database.pool.begin().await.unwrap();
    for permit in [
        Permit::operator(),
        Permit::source("other".parse().unwrap(), None),
        Permit::server("mod".parse().unwrap()),
    ] {
        let refused = apply(&id(), &[], &permit, now(), &mut tx).await;
        assert!(matches!(refused, Err(ApplyError::Permit(_))), "{permit:?}");
    }
    drop(tx);
    amended(Amendment::SourceDisable { id: id() }, &database).await;
    let mut tx = database.pool.begin().await.unwrap();
    let refused = apply(&id(), &[], &Permit::source(id(), None), now(), &mut tx).await;
    assert!(matches!(refused, Err(ApplyError::Disabled(_))));
}

#[tokio::test]
async fn nobody_is_brought_in_by_a_source_that_may_not() {
    for (create, approver, is_in) in [
        ("no", None, false),
        ("no", Some("judy"), false),
        ("with_approval", None, false),
        ("with_approval", Some("judy"), true),
        ("yes", None, true),
    ] {
        let database = with_source(&[("/linking/create", json!(create))]).await;
        let entry = Entry {
            person: ann(),
            tie: Tie::New,
            said: Sourced::default(),
        };
        let permit = Permit::source(id(), approver.map(|name| name.parse().unwrap()));
        let mut tx = database.pool.begin().await.unwrap();
        let applied = apply(&id(), &[entry], &permit, now(), &mut tx).await.unwrap();
        assert_eq!(applied.created.len(), usize::from(is_in), "{create} {approver:?}");
    }
}

#[tokio::test]
async fn one_of_whom_it_makes_no_sense_does_not_stop_the_others() {
    let database = with_source(&[]).await;
    let entry = |name: &str, tie| Entry {
        person: name.parse().unwrap(),
        tie,
        said: Sourced::default(),
    };
    let entries = [
        entry("nobody-here", Tie::Linked),
        entry("ann", Tie::New),
        entry("ann", Tie::New),
    ];
    let mut tx = database.pool.begin().await.unwrap();
    let applied = apply(&id(), &entries, &Permit::source(id(), None), now(), &mut tx)
        .await
        .unwrap();
    assert_eq!(applied.created, [ann()]);
    assert_eq!(applied.refused.len(), 2);
}

#[tokio::test]
async fn the_record_of_a_source_is_kept_and_its_name_is_never_given_again() {
    let database = with_source(&[]).await;
    let mut tx = database.pool.begin().await.unwrap();
    let kept: Source = store::load::<store::Sources>("mod", &mut tx)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.state, State::Active);
    drop(tx);
    amended(Amendment::SourceRemove { id: id() }, &database).await;
    let act = Amendment::SourcePut {
        source: Box::new(read(record()).unwrap()),
    };
    let mut tx = database.pool.begin().await.unwrap();
    assert!(amend(&act, &Permit::operator(), now(), &mut tx).await.is_err());
}

/// Measures: `cargo test --release … -- --ignored --nocapture a_directory_of`.
#[tokio::test]
#[ignore = "measures; half a minute"]
async fn a_directory_of_a_hundred_thousand_is_applied_in_one_transaction() {
    let database = with_source(&[]).await;
    let people = 100_000;
    let entries: Vec<Entry> = (0..people)
        .map(|number| Entry {
            person: format!("person-{number}").parse().unwrap(),
            tie: Tie::New,
            said: serde_json::from_value(json!({
                "display_name": format!("Person {number}"), "email": format!("p{number}@mod.example"),
                "nationalities": ["DEU"], "roles": ["member"],
                "clearances": [vouched("NC", &[], "2028-01-01T00:00:00Z")]}))
            .unwrap(),
        })
        .collect();
    let mut measured = BTreeMap::new();
    for (round, tie) in [("new", Tie::New), ("the same again", Tie::Linked)] {
        let entries: Vec<Entry> = entries
            .iter()
            .cloned()
            .map(|entry| Entry { tie, ..entry })
            .collect();
        #[expect(clippy::disallowed_methods, reason = "it is what is measured")]
        let began = std::time::Instant::now();
        let mut tx = database.pool.begin().await.unwrap();
        let applied = apply(&id(), &entries, &Permit::source(id(), None), now(), &mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        measured.insert(round, began.elapsed());
        println!(
            "{round}: {} events, {:?}",
            applied.outcome.events.len(),
            began.elapsed()
        );
    }
    let per_second = f64::from(people) / measured["new"].as_secs_f64();
    println!("{per_second:.0} new people a second");
    assert!(per_second >= 2_000.0);
}
