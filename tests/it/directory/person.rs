// SPDX-License-Identifier: Apache-2.0
use chrono::Duration;
use countersign_directory::operation::device::report_posture;
use countersign_directory::operation::person::{PersonError, activate, revoke};
use countersign_directory::store::{self, Devices, People, changes, clearances, people};
use countersign_directory::{Change, ChangeKind, Cursor, Noun, Permit, PersonId, Status};

use super::{at, now, with_coalition};

#[tokio::test]
async fn revoking_needs_one_person_and_coming_back_needs_two() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let alice: PersonId = "alice".parse().unwrap();
    let judy: PersonId = "judy".parse().unwrap();
    let permit = Permit::granted(judy.clone(), "user.revoke", "alice", None);
    let done = revoke(&alice, &permit, now(), &mut db).await.unwrap();
    assert_eq!(done.events[0].kind, "person.revoked");
    let told = changes::after(Cursor::end_of(done.revision - 1), 10, &mut db)
        .await
        .unwrap();
    assert_eq!(
        told[0].change,
        Change::new(Noun::Person, "alice", ChangeKind::Ended)
    );
    let person = store::load::<People>("alice", &mut db).await.unwrap().unwrap();
    assert_eq!(person.status, Status::Disabled);
    assert_eq!(person.clearances.len(), 1);
    assert!(people::disabled(&mut db).await.unwrap().contains(&alice));
    assert!(
        revoke(&alice, &permit, now(), &mut db)
            .await
            .unwrap()
            .events
            .is_empty()
    );

    let alone = Permit::granted(judy.clone(), "person.manage", "alice", None);
    assert!(matches!(
        activate(&alice, &alone, now(), &mut db).await,
        Err(PersonError::ApprovalMissing(_))
    ));
    assert!(matches!(
        revoke(&alice, &alone, now(), &mut db).await,
        Err(PersonError::Permit(_))
    ));
    let two = Permit::granted(judy, "person.manage", "alice", Some("kara".parse().unwrap()));
    assert_eq!(
        activate(&alice, &two, now(), &mut db).await.unwrap().events[0].kind,
        "person.activated"
    );
    let nobody: PersonId = "nobody".parse().unwrap();
    let unknown = revoke(&nobody, &Permit::operator(), now(), &mut db).await;
    assert!(matches!(unknown, Err(PersonError::Unknown(_))));
}

#[tokio::test]
async fn a_clearance_that_ends_or_begins_is_found_at_its_second() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let end = at("2026-11-01T23:59:59Z");
    let erin = ("erin".parse::<PersonId>().unwrap(), ChangeKind::Expired);
    let second = Duration::seconds(1);
    assert!(
        clearances::ending_between(end - second * 2, end - second, &mut db)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        clearances::ending_between(end - second, end, &mut db)
            .await
            .unwrap(),
        [erin]
    );
    assert!(
        clearances::ending_between(end, end + second, &mut db)
            .await
            .unwrap()
            .is_empty()
    );
    let begin = at("2026-11-23T10:00:00Z");
    let paul = ("paul".parse::<PersonId>().unwrap(), ChangeKind::Began);
    assert_eq!(
        clearances::ending_between(begin - second, begin, &mut db)
            .await
            .unwrap(),
        [paul]
    );
}

#[tokio::test]
async fn an_older_posture_report_never_replaces_a_newer_one() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let stale = "stale".parse().unwrap();
    let permit = Permit::operator();
    let done = report_posture(&stale, now(), &permit, now(), &mut db)
        .await
        .unwrap();
    assert_eq!(done.events.len(), 1);
    let older = report_posture(&stale, now() - Duration::days(1), &permit, now(), &mut db)
        .await
        .unwrap();
    assert!(older.events.is_empty());
    let device = store::load::<Devices>("stale", &mut db).await.unwrap().unwrap();
    assert_eq!(device.posture_reported_at, Some(now()));
    assert!(
        report_posture(&"none".parse().unwrap(), now(), &permit, now(), &mut db)
            .await
            .is_err()
    );
}
