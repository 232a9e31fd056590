// SPDX-License-Identifier: Apache-2.0
//! The world as it was: each entity at each revision, as far back as it is kept.

use chrono::TimeDelta;
use countersign_directory::operation::{member, person};
use countersign_directory::store::{self, changes, history};
use countersign_directory::{Change, Entity, Noun, Permit, Status};
use countersign_tests::house::{TestHouse, open_house, start};

async fn set_status(house: &TestHouse, id: &str, status: Status) -> i64 {
    let id = id.parse().unwrap();
    let (permit, now) = (Permit::operator(), house.app.now());
    let mut transaction = house.app.database.begin_write().await.unwrap();
    let outcome = match status {
        Status::Disabled => person::revoke(&id, &permit, now, &mut transaction).await,
        Status::Active => person::activate(&id, &permit, now, &mut transaction).await,
    };
    house.app.commit(transaction).await.unwrap();
    outcome.unwrap().revision
}

async fn set_member(house: &TestHouse, channel: &str, who: &str, is_member: bool) -> i64 {
    let (channel, who) = (channel.parse().unwrap(), who.parse().unwrap());
    let (permit, now) = (Permit::operator(), house.app.now());
    let mut transaction = house.app.database.begin_write().await.unwrap();
    let outcome = if is_member {
        member::put(&channel, &who, &permit, now, &mut transaction).await
    } else {
        member::remove(&channel, &who, &permit, now, &mut transaction).await
    };
    house.app.commit(transaction).await.unwrap();
    outcome.unwrap().revision
}

async fn status_at(house: &TestHouse, id: &str, revision: i64) -> Status {
    let mut db = house.database.pool.acquire().await.unwrap();
    match history::entity_at(Noun::Person, id, revision, &mut db)
        .await
        .unwrap()
    {
        Some(Entity::Person(person)) => person.status,
        other => panic!("{other:?}"),
    }
}

async fn is_member_at(house: &TestHouse, channel: &str, who: &str, revision: i64) -> bool {
    let mut db = house.database.pool.acquire().await.unwrap();
    let id = format!("{channel}\u{1f}{who}");
    let alone = history::entity_at(Noun::Member, &id, revision, &mut db)
        .await
        .unwrap();
    match history::entity_at(Noun::Channel, channel, revision, &mut db)
        .await
        .unwrap()
    {
        Some(Entity::Channel(held)) => {
            let inside = held.members.contains(who);
            assert_eq!(inside, alone.is_some());
            inside
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_person_and_a_membership_are_found_as_they_were_at_each_revision() {
    let house = open_house().await;
    let first = house.app.snapshot().revision();
    let out = set_status(&house, "alice", Status::Disabled).await;
    let joined = set_member(&house, "ops-ns", "noah", true).await;
    let back = set_status(&house, "alice", Status::Active).await;
    let left = set_member(&house, "ops-ns", "noah", false).await;
    let statuses = [
        (first, Status::Active),
        (out, Status::Disabled),
        (joined, Status::Disabled),
        (back, Status::Active),
        (left, Status::Active),
    ];
    for (revision, status) in statuses {
        assert_eq!(
            status_at(&house, "alice", revision).await,
            status,
            "at {revision}"
        );
    }
    for (revision, inside) in [(first, false), (joined, true), (back, true), (left, false)] {
        assert_eq!(
            is_member_at(&house, "ops-ns", "noah", revision).await,
            inside,
            "at {revision}"
        );
    }
}

#[tokio::test]
async fn the_newest_history_is_the_world_on_file() {
    let house = open_house().await;
    set_member(&house, "ops-ns", "noah", true).await;
    set_status(&house, "bob", Status::Disabled).await;
    let mut db = house.database.pool.acquire().await.unwrap();
    let head = changes::head(&mut db).await.unwrap();
    let kept = history::touched(None, &mut db).await.unwrap();
    assert!(kept.len() > 50, "{}", kept.len());
    for (noun, id) in kept {
        let then = history::entity_at(noun, &id, head, &mut db).await.unwrap();
        let now = store::entity(noun, &id, &mut db).await.unwrap();
        assert_eq!(then, now, "{noun} {id}");
    }
}

#[tokio::test]
async fn a_whole_new_world_is_kept_and_what_it_no_longer_holds_is_gone() {
    let house = open_house().await;
    let mut transaction = house.app.database.begin_write().await.unwrap();
    let now = house.app.now();
    let before = changes::head(&mut transaction).await.unwrap();
    sqlx::query("DELETE FROM missions")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let change = Change::put(Noun::World, "*");
    let after = changes::record(&[change], now, &mut transaction).await.unwrap();
    house.app.commit(transaction).await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    let then = history::entity_at(Noun::Mission, "BALTIC", before, &mut db)
        .await
        .unwrap();
    assert!(then.is_some());
    let gone = history::entity_at(Noun::Mission, "BALTIC", after, &mut db)
        .await
        .unwrap();
    assert!(gone.is_none());
    let alice = history::entity_at(Noun::Person, "alice", after, &mut db)
        .await
        .unwrap();
    assert!(alice.is_some());
}

#[tokio::test]
async fn what_is_forgotten_is_forgotten_and_the_rest_is_as_it_was() {
    let house = open_house().await;
    let out = set_status(&house, "alice", Status::Disabled).await;
    house.advance(TimeDelta::days(10)).await;
    let back = set_status(&house, "alice", Status::Active).await;
    house.advance(TimeDelta::days(10)).await;
    let again = set_status(&house, "alice", Status::Disabled).await;
    let mut db = house.database.pool.acquire().await.unwrap();
    assert_eq!(history::forget_before(start(), &mut db).await.unwrap(), 0);
    let gone = history::forget_before(start() + TimeDelta::days(15), &mut db)
        .await
        .unwrap();
    assert!(gone > 0);
    assert_eq!(history::oldest(&mut db).await.unwrap(), Some(back));
    assert!(back > out);
    assert_eq!(status_at(&house, "alice", back).await, Status::Active);
    assert_eq!(status_at(&house, "alice", again).await, Status::Disabled);
    assert_eq!(status_at(&house, "bob", back).await, Status::Active);
    let none_more = history::forget_before(start() + TimeDelta::days(15), &mut db)
        .await
        .unwrap();
    assert_eq!(none_more, 0);
}
