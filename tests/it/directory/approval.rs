// SPDX-License-Identifier: Apache-2.0
use chrono::Duration;
use countersign_directory::operation::approval::{ApprovalError, Request, Use, approve, consume, request};
use countersign_directory::store::approvals;
use countersign_directory::{ApprovalId, ParametersHash, PersonId};
use rand::SeedableRng;
use sqlx::AnyConnection;

use super::{now, with_coalition};

fn parameters() -> ParametersHash {
    ParametersHash::of(&serde_json::json!({"label": {"scheme": "NATO", "level": "NR"}}))
}

fn wanted(by: &PersonId) -> Use<'_> {
    Use {
        action: "channel.reclassify",
        resource: ("channel", "ops-ns"),
        parameters: parameters(),
        by: Some(by),
    }
}

async fn asked_by_carol(seed: u64, db: &mut AnyConnection) -> ApprovalId {
    let ask = Request {
        action: "channel.reclassify".into(),
        resource_kind: "channel".into(),
        resource_id: "ops-ns".into(),
        parameters: parameters(),
        requester: Some("carol".parse().unwrap()),
        reason: "released".into(),
        lasts: Duration::hours(1),
    };
    let mut rng = rand::rngs::StdRng::seed_from_u64(seed);
    request(ask, now(), &mut rng, db).await.unwrap().0
}

#[tokio::test]
async fn an_approval_is_bound_and_used_once() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let (carol, judy): (PersonId, PersonId) = ("carol".parse().unwrap(), "judy".parse().unwrap());
    let id = asked_by_carol(1, &mut db).await;
    let early = consume(&id, wanted(&carol), now(), &mut db).await;
    assert!(matches!(early, Err(ApprovalError::NotUsable(_))));
    assert_eq!(approvals::open(now(), &mut db).await.unwrap().len(), 1);
    let given = approve(&id, &judy, now(), &mut db).await.unwrap();
    assert_eq!(given.events[0].kind, "approval.given");

    let elsewhere = Use {
        resource: ("channel", "town"),
        ..wanted(&carol)
    };
    assert!(matches!(
        consume(&id, elsewhere, now(), &mut db).await,
        Err(ApprovalError::Mismatch(_))
    ));
    let otherwise = Use {
        parameters: ParametersHash::of_bytes(b""),
        ..wanted(&carol)
    };
    assert!(matches!(
        consume(&id, otherwise, now(), &mut db).await,
        Err(ApprovalError::Mismatch(_))
    ));
    assert!(matches!(
        consume(&id, wanted(&judy), now(), &mut db).await,
        Err(ApprovalError::SamePerson(_))
    ));

    let (approver, _) = consume(&id, wanted(&carol), now(), &mut db).await.unwrap();
    assert_eq!(approver, judy);
    assert!(matches!(
        consume(&id, wanted(&carol), now(), &mut db).await,
        Err(ApprovalError::NotUsable(_))
    ));
    assert!(approvals::open(now(), &mut db).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_another_active_security_officer_approves() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let id = asked_by_carol(2, &mut db).await;
    for (who, same) in [("carol", true), ("alice", false), ("nobody", false)] {
        match approve(&id, &who.parse().unwrap(), now(), &mut db).await {
            Err(ApprovalError::SamePerson(_)) => assert!(same),
            Err(ApprovalError::NoOffice(_)) => assert!(!same),
            other => panic!("{who}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_approval_is_good_to_its_last_second() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let carol: PersonId = "carol".parse().unwrap();
    let end = now() + Duration::hours(1);
    let (first, second) = (asked_by_carol(3, &mut db).await, asked_by_carol(4, &mut db).await);
    for id in [&first, &second] {
        let _ = approve(id, &"judy".parse().unwrap(), now(), &mut db)
            .await
            .unwrap();
    }
    assert!(consume(&first, wanted(&carol), end, &mut db).await.is_ok());
    let late = consume(&second, wanted(&carol), end + Duration::seconds(1), &mut db).await;
    assert!(matches!(late, Err(ApprovalError::NotUsable(_))));
}
