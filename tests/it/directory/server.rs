// SPDX-License-Identifier: Apache-2.0
use countersign_directory::amend::AmendError;
use countersign_directory::operation::amend::AmendFault;
use countersign_directory::operation::server::{ServerError, put};
use countersign_directory::operation::{agreement, settings};
use countersign_directory::store::{self, Agreements, Servers, server_ids, servers};
use countersign_directory::{
    Accreditation, ActionClass, ClientsHeldTo, ConnectedServer, FailMode, Mapping, Noun, Permit, Posture,
    Reasons, Set, Settings,
};

use countersign_tests::database::fresh;

use super::{connect, now, synapse, with_coalition};

#[tokio::test]
async fn a_server_is_found_by_its_client() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    connect(&synapse(), &mut db).await;
    assert_eq!(
        servers::by_client("synapse", &mut db).await.unwrap(),
        Some(synapse())
    );
    assert_eq!(servers::by_client("other", &mut db).await.unwrap(), None);
    let (world, _) = store::load_world(&mut db).await.unwrap();
    assert_eq!(world.servers["synapse"], synapse());
    let twin = ConnectedServer {
        id: "twin".parse().unwrap(),
        ..synapse()
    };
    let refused = put(&twin, &Permit::operator(), now(), &mut db).await;
    assert!(matches!(
        refused,
        Err(AmendFault::Server(ServerError::ClientTaken(_)))
    ));
}

/// Records that may more than [`synapse`].
fn wider() -> [ConnectedServer; 4] {
    [
        ConnectedServer {
            may_search: true,
            ..synapse()
        },
        ConnectedServer {
            supported_obligations: ["watermark".to_owned()].into_iter().collect(),
            ..synapse()
        },
        ConnectedServer {
            reasons: Reasons::Full,
            ..synapse()
        },
        held_to("NR"),
    ]
}

fn held_to(level: &str) -> ConnectedServer {
    ConnectedServer {
        clients: Some(ClientsHeldTo {
            managed: true,
            accreditation: Accreditation {
                scheme: "NATO".into(),
                level: level.into(),
                compartments: Set::default(),
            },
            posture: Posture::Vouched,
        }),
        ..synapse()
    }
}

#[tokio::test]
async fn a_new_server_and_what_grants_need_two_people() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let by = |second: Option<&str>| {
        let second = second.map(|id| id.parse().unwrap());
        Permit::granted("hugo".parse().unwrap(), "server.manage", "synapse", second)
    };
    let alone = put(&synapse(), &by(None), now(), &mut db).await;
    assert!(matches!(alone, Err(AmendFault::ApprovalMissing(_))), "a new one");
    let _ = put(&synapse(), &by(Some("judy")), now(), &mut db).await.unwrap();
    for wider in &wider() {
        let alone = put(wider, &by(None), now(), &mut db).await;
        assert!(
            matches!(alone, Err(AmendFault::ApprovalMissing(_))),
            "one that now {wider:?}"
        );
        let _ = put(wider, &by(Some("judy")), now(), &mut db).await.unwrap();
        assert_eq!(
            store::load::<Servers>("synapse", &mut db).await.unwrap().as_ref(),
            Some(wider)
        );
        let _ = put(&synapse(), &by(None), now(), &mut db).await.unwrap();
    }
}

#[tokio::test]
async fn the_operator_connects_servers_and_gives_one_more_only_before_there_are_people() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let _ = put(&synapse(), &Permit::operator(), now(), &mut db)
        .await
        .unwrap();
    for wider in &wider() {
        let alone = put(wider, &Permit::operator(), now(), &mut db).await;
        assert!(
            matches!(alone, Err(AmendFault::ApprovalMissing(_))),
            "one that now {wider:?}"
        );
    }
    assert_eq!(
        store::load::<Servers>("synapse", &mut db).await.unwrap(),
        Some(synapse())
    );

    let empty = fresh().await;
    let mut db = empty.pool.acquire().await.unwrap();
    let server = ConnectedServer {
        node: None,
        ..synapse()
    };
    let _ = put(&server, &Permit::operator(), now(), &mut db).await.unwrap();
    let telling = ConnectedServer {
        reasons: Reasons::Full,
        ..server
    };
    let _ = put(&telling, &Permit::operator(), now(), &mut db).await.unwrap();
}

#[tokio::test]
async fn clients_are_held_to_no_more_than_the_node() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let above = put(&held_to("CTS"), &Permit::operator(), now(), &mut db).await;
    assert!(matches!(
        above,
        Err(AmendFault::Server(ServerError::ClientsAboveNode(_)))
    ));
    let _ = put(&held_to("NS"), &Permit::operator(), now(), &mut db)
        .await
        .unwrap();
    let mut open = synapse();
    open.fail_mode.insert(ActionClass::Membership, FailMode::Open);
    assert!(matches!(
        put(&open, &Permit::operator(), now(), &mut db).await,
        Err(AmendFault::Amend(AmendError::Invalid(_)))
    ));
}

#[tokio::test]
async fn a_pair_of_identifiers_is_never_pointed_elsewhere() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let server = synapse().id;
    assert!(
        server_ids::pair(&server, Noun::Person, "u1", "alice", &mut db)
            .await
            .unwrap()
    );
    assert!(
        server_ids::pair(&server, Noun::Person, "u1", "alice", &mut db)
            .await
            .unwrap()
    );
    assert!(
        !server_ids::pair(&server, Noun::Person, "u1", "bob", &mut db)
            .await
            .unwrap()
    );
    assert!(
        !server_ids::pair(&server, Noun::Person, "u2", "alice", &mut db)
            .await
            .unwrap()
    );
    assert!(
        server_ids::pair(&server, Noun::Channel, "c1", "town", &mut db)
            .await
            .unwrap()
    );
    let table = server_ids::load(&server, &mut db).await.unwrap();
    assert_eq!(Mapping::Table.person("u1", &table).unwrap().as_str(), "alice");
    assert_eq!(
        Mapping::Table
            .channel_theirs(&"town".parse().unwrap(), &table)
            .as_deref(),
        Some("c1")
    );
    assert_eq!(server_ids::all(&mut db).await.unwrap()[&server], table);
}

#[tokio::test]
async fn settings_and_agreements_need_two_people() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let new: Settings = serde_json::from_value(serde_json::json!({"administration": {"aal": 2}})).unwrap();
    let alone = Permit::granted("hugo".parse().unwrap(), "server.manage", "settings", None);
    assert!(settings::put(&new, &alone, now(), &mut db).await.is_err());
    let done = settings::put(&new, &Permit::operator(), now(), &mut db)
        .await
        .unwrap();
    assert_eq!(done.events.len(), 1);
    assert_eq!(store::settings::load(&mut db).await.unwrap(), Some(new));

    let mut record = store::load::<Agreements>("DE-NATO", &mut db)
        .await
        .unwrap()
        .unwrap();
    record.to = "MARS".into();
    let id = "DE-NATO".parse().unwrap();
    assert!(
        agreement::put(&id, &record, &Permit::operator(), now(), &mut db)
            .await
            .is_err()
    );
    record.to = "EU".into();
    let _ = agreement::put(&id, &record, &Permit::operator(), now(), &mut db)
        .await
        .unwrap();
    assert_eq!(
        store::load::<Agreements>("DE-NATO", &mut db).await.unwrap(),
        Some(record)
    );
}
