// SPDX-License-Identifier: Apache-2.0
use countersign_directory::operation::channel::{ChannelError, Registration, reclassify, register};
use countersign_directory::store::{Channels, changes, settings};
use countersign_directory::{ChannelId, ChannelState, LabelMode, Permit, Settings, store};
use countersign_labels::RawLabel;
use sqlx::AnyConnection;

use super::{connect, now, synapse, with_coalition};

fn label(level: &str, releasable_to: Option<&[&str]>) -> RawLabel {
    RawLabel {
        releasable_to: releasable_to.map(|names| names.iter().map(ToString::to_string).collect()),
        ..RawLabel::new("NATO", level)
    }
}

fn report(level: &str) -> Registration {
    Registration {
        label: Some(label(level, None)),
        missions: Some(["BALTIC".parse().unwrap()].into_iter().collect()),
        industry_allowed: Some(true),
        listed: Some(true),
        ..Registration::default()
    }
}

fn permit() -> Permit {
    Permit::server("synapse".parse().unwrap())
}

fn room() -> ChannelId {
    "!room:localhost".parse().unwrap()
}

async fn stored(id: &ChannelId, db: &mut AnyConnection) -> countersign_directory::Channel {
    store::load::<Channels>(id.as_str(), db).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_new_channel_is_taken_as_reported() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    connect(&synapse(), &mut db).await;
    let done = register(&room(), &report("NR"), &permit(), now(), &mut db)
        .await
        .unwrap();
    assert!(done.created);
    let channel = stored(&room(), &mut db).await;
    assert_eq!(channel.server.as_ref().unwrap().as_str(), "synapse");
    assert!(channel.listed && channel.industry_allowed && !channel.externals_allowed);
    assert_eq!(channel.label_mode, LabelMode::Fixed);

    let again = register(&room(), &report("NR"), &permit(), now(), &mut db)
        .await
        .unwrap();
    assert!(!again.created);
    assert!(again.outcome.events.is_empty());
}

#[tokio::test]
async fn a_reported_label_only_rises() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    connect(&synapse(), &mut db).await;
    let _ = register(&room(), &report("NR"), &permit(), now(), &mut db)
        .await
        .unwrap();
    let higher = register(&room(), &report("NS"), &permit(), now(), &mut db)
        .await
        .unwrap();
    assert_eq!(higher.channel.label.level, "NS");
    assert!(!higher.channel.label_drift);

    let wider = Registration {
        label: Some(label("NS", Some(&["NATO", "CHE"]))),
        ..Registration::default()
    };
    let unknown = Registration {
        label: Some(label("XX", None)),
        ..Registration::default()
    };
    let other = Registration {
        label: Some(RawLabel::new("DE", "GEHEIM")),
        ..Registration::default()
    };
    for bad in [report("NR"), wider, unknown, other, Registration::default()] {
        let fresh: ChannelId = format!("!{}:x", changes::head(&mut db).await.unwrap())
            .parse()
            .unwrap();
        let _ = register(&fresh, &report("NS"), &permit(), now(), &mut db)
            .await
            .unwrap();
        let done = register(&fresh, &bad, &permit(), now(), &mut db).await.unwrap();
        assert_eq!(done.outcome.events[0].kind, "channel.label_drifted", "{bad:?}");
        let channel = stored(&fresh, &mut db).await;
        assert_eq!(channel.label, label("NS", None));
        assert!(channel.label_drift);
        // The alarm is raised once, and the right label alone does not end the drift.
        let again = register(&fresh, &report("NS"), &permit(), now(), &mut db)
            .await
            .unwrap();
        assert!(again.channel.label_drift);
        assert!(again.outcome.events.is_empty());
    }
}

#[tokio::test]
async fn a_label_is_lowered_by_two_people_only() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let id: ChannelId = "ops-ns".parse().unwrap();
    let one = |by: &str, second: Option<&str>| {
        let second = second.map(|id| id.parse().unwrap());
        Permit::granted(by.parse().unwrap(), "channel.reclassify", "ops-ns", second)
    };
    let alone = reclassify(&id, &label("NR", None), &one("carol", None), now(), &mut db).await;
    assert!(matches!(alone, Err(ChannelError::ApprovalMissing)));
    let _ = reclassify(&id, &label("CTS", None), &one("carol", None), now(), &mut db)
        .await
        .unwrap();
    let _ = reclassify(
        &id,
        &label("NR", None),
        &one("carol", Some("judy")),
        now(),
        &mut db,
    )
    .await
    .unwrap();
    let channel = stored(&id, &mut db).await;
    assert_eq!(channel.label.level, "NR");
    assert_eq!(channel.members.len(), 4);
}

#[tokio::test]
async fn later_reports_only_narrow() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    connect(&synapse(), &mut db).await;
    let _ = register(&room(), &report("NR"), &permit(), now(), &mut db)
        .await
        .unwrap();
    let people = |ids: &[&str]| Some(ids.iter().map(|id| id.parse().unwrap()).collect());
    let second = Registration {
        externals_allowed: Some(true),
        industry_allowed: Some(false),
        listed: Some(false),
        missions: Some(["NUC".parse().unwrap()].into_iter().collect()),
        recipients: people(&["alice", "bob"]),
        owners: people(&["carol"]),
        state: Some(ChannelState::Closed),
        label_mode: Some(LabelMode::Portion),
        name: Some("Logistics".into()),
        ..report("NR")
    };
    let _ = register(&room(), &second, &permit(), now(), &mut db)
        .await
        .unwrap();
    let channel = stored(&room(), &mut db).await;
    assert!(
        channel.owners.is_none(),
        "a named owner needs no role: a first list may let somebody in"
    );
    assert!(!channel.externals_allowed && !channel.industry_allowed && !channel.listed);
    assert_eq!(channel.missions.as_slice()[0].as_str(), "BALTIC");
    assert_eq!(channel.recipients.as_ref().unwrap().len(), 2);
    assert_eq!(
        (channel.state, channel.label_mode),
        (ChannelState::Closed, LabelMode::Fixed)
    );

    let third = Registration {
        recipients: people(&["alice", "noah"]),
        state: Some(ChannelState::Open),
        ..report("NR")
    };
    let done = register(&room(), &third, &permit(), now(), &mut db)
        .await
        .unwrap();
    assert_eq!(done.channel.recipients.as_ref().unwrap().len(), 2);
    assert_eq!(done.channel.state, ChannelState::Closed);
}

#[tokio::test]
async fn owners_who_were_reported_first_become_fewer_and_never_others() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    connect(&synapse(), &mut db).await;
    let owned = |ids: &[&str]| Registration {
        owners: Some(ids.iter().map(|id| id.parse().unwrap()).collect()),
        ..report("NR")
    };
    for (reported, held) in [
        (&["carol", "mia"][..], 2),
        (&["carol"], 1),
        (&["mia"], 1),
        (&["carol", "mia"], 1),
    ] {
        let done = register(&room(), &owned(reported), &permit(), now(), &mut db)
            .await
            .unwrap();
        assert_eq!(done.channel.owners.as_ref().unwrap().len(), held, "{reported:?}");
        assert!(done.channel.owners.unwrap().contains("carol"));
    }
}

#[tokio::test]
async fn a_first_list_of_readers_is_not_taken_where_being_named_stands_for_a_compartment() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    connect(&synapse(), &mut db).await;
    let sensitive = serde_json::json!({"scheme": "UK", "level": "OFFICIAL", "compartments": ["SENSITIVE"]});
    let label: RawLabel = serde_json::from_value(sensitive).unwrap();
    let first = Registration {
        label: Some(label),
        ..Registration::default()
    };
    let _ = register(&room(), &first, &permit(), now(), &mut db)
        .await
        .unwrap();
    let listed = Registration {
        recipients: Some(["carol".parse().unwrap()].into_iter().collect()),
        ..first
    };
    let done = register(&room(), &listed, &permit(), now(), &mut db)
        .await
        .unwrap();
    assert_eq!(done.channel.recipients, None);
}

#[tokio::test]
async fn a_server_reaches_only_its_own_scope() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    connect(&synapse(), &mut db).await;
    let outside = register(
        &"ops-ns".parse().unwrap(),
        &report("NS"),
        &permit(),
        now(),
        &mut db,
    )
    .await;
    assert!(matches!(outside, Err(ChannelError::Unknown)));
    let unknown = Permit::server("nobody".parse().unwrap());
    let stranger = register(&room(), &report("NR"), &unknown, now(), &mut db).await;
    assert!(matches!(stranger, Err(ChannelError::Unknown)));
}

#[tokio::test]
async fn a_label_that_cannot_be_held_is_refused() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    connect(&synapse(), &mut db).await;
    let missing = register(&room(), &Registration::default(), &permit(), now(), &mut db).await;
    assert!(matches!(missing, Err(ChannelError::LabelMissing)));
    let unknown = register(&room(), &report("XX"), &permit(), now(), &mut db).await;
    assert!(matches!(unknown, Err(ChannelError::Label(_))));
    let ceiling = serde_json::json!({"accreditation": {"scheme": "NATO", "level": "NR"}});
    let ceiling: Settings = serde_json::from_value(ceiling).unwrap();
    settings::put(&ceiling, &mut db).await.unwrap();
    let above = register(&room(), &report("NS"), &permit(), now(), &mut db).await;
    assert!(matches!(above, Err(ChannelError::AboveAccreditation)));
    let dangling = Registration {
        owners: Some(["nobody".parse().unwrap()].into_iter().collect()),
        ..report("NR")
    };
    let dangling = register(&room(), &dangling, &permit(), now(), &mut db).await;
    assert!(matches!(dangling, Err(ChannelError::UnknownReference { .. })));
}
