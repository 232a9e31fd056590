// SPDX-License-Identifier: Apache-2.0
use countersign_directory::change::member_id;
use countersign_directory::operation::channel::{Registration, register};
use countersign_directory::operation::member::{MemberError, put, remove};
use countersign_directory::store::{self, changes, members};
use countersign_directory::{ChannelId, Cursor, Entity, Noun, Owner, Permit, PersonId};
use countersign_labels::RawLabel;

use super::{connect, now, synapse, with_coalition};

#[tokio::test]
async fn members_come_and_go_and_repeats_change_nothing() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    connect(&synapse(), &mut db).await;
    let (room, noah): (ChannelId, PersonId) = ("!r:x".parse().unwrap(), "noah".parse().unwrap());
    let permit = Permit::server("synapse".parse().unwrap());
    let report = Registration {
        label: Some(RawLabel::new("NATO", "NU")),
        ..Registration::default()
    };
    let _ = register(&room, &report, &permit, now(), &mut db).await.unwrap();

    let first = put(&room, &noah, &permit, now(), &mut db).await.unwrap();
    assert_eq!(first.events.len(), 1);
    assert!(
        put(&room, &noah, &permit, now(), &mut db)
            .await
            .unwrap()
            .events
            .is_empty()
    );
    assert_eq!(members::channels_of(&noah, &mut db).await.unwrap().len(), 2);
    let told = changes::after(Cursor::end_of(first.revision - 1), 10, &mut db)
        .await
        .unwrap();
    assert_eq!(told[0].change.id, member_id(&room, &noah));
    let entity = store::entity(Noun::Member, &told[0].change.id, &mut db)
        .await
        .unwrap();
    assert_eq!(entity, Some(Entity::Member(room.clone(), noah.clone())));

    let gone = remove(&room, &noah, &permit, now(), &mut db).await.unwrap();
    assert_eq!(gone.events[0].kind, "member.removed");
    assert!(
        remove(&room, &noah, &permit, now(), &mut db)
            .await
            .unwrap()
            .events
            .is_empty()
    );
    assert!(!members::contains(&room, &noah, &mut db).await.unwrap());
}

#[tokio::test]
async fn strangers_scopes_and_owners_are_respected() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let mut server = synapse();
    connect(&server, &mut db).await;
    let permit = Permit::server("synapse".parse().unwrap());
    let (log, ops): (ChannelId, ChannelId) = ("log-nr".parse().unwrap(), "ops-ns".parse().unwrap());
    let noah: PersonId = "noah".parse().unwrap();
    assert!(put(&log, &noah, &permit, now(), &mut db).await.is_ok());
    assert!(matches!(
        put(&ops, &noah, &permit, now(), &mut db).await,
        Err(MemberError::Unknown)
    ));
    let nobody: PersonId = "nobody".parse().unwrap();
    assert!(matches!(
        put(&log, &nobody, &permit, now(), &mut db).await,
        Err(MemberError::Unknown)
    ));
    server.members_owner = Owner::Countersign;
    connect(&server, &mut db).await;
    assert!(matches!(
        put(&log, &noah, &permit, now(), &mut db).await,
        Err(MemberError::NotTheirs)
    ));
}
