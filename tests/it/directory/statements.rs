// SPDX-License-Identifier: Apache-2.0
//! Statements that no other test here reaches, so that every one runs on both engines.

use countersign_directory::store::{self, Shelf, changes, load_world, people, put_world};
use countersign_directory::{Noun, World};
use countersign_tests::database::fresh;

use super::{coalition, with_coalition};

#[tokio::test]
async fn every_entity_is_found_alone() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    for (noun, id) in [
        (Noun::Agency, "BMVg"),
        (Noun::Agreement, "DE-NATO"),
        (Noun::Channel, "ops-ns"),
        (Noun::Device, "ns"),
        (Noun::File, "f-ns"),
        (Noun::Member, "ops-ns\u{1f}alice"),
        (Noun::Message, "m-nr"),
        (Noun::Mission, "BALTIC"),
        (Noun::Node, "city"),
        (Noun::Person, "paul"),
        (Noun::ServerIds, "synapse"),
        (Noun::Settings, "settings"),
    ] {
        assert!(
            store::entity(noun, id, &mut db).await.unwrap().is_some(),
            "{noun} {id}"
        );
    }
    for (noun, id) in [
        (Noun::Approval, "none"),
        (Noun::Channel, "none"),
        (Noun::File, "m-nr"),
        (Noun::Member, "ops-ns\u{1f}noah"),
        (Noun::Member, "ops-ns"),
        (Noun::Person, ""),
        (Noun::Server, "none"),
        (Noun::Session, "another room's"),
    ] {
        assert!(
            store::entity(noun, id, &mut db).await.unwrap().is_none(),
            "{noun} {id}"
        );
    }
}

#[tokio::test]
async fn a_world_is_written_over_another() {
    let database = fresh().await;
    let mut db = database.pool.acquire().await.unwrap();
    assert!(people::is_empty(&mut db).await.unwrap());
    put_world(&coalition(), &mut db).await.unwrap();
    put_world(&coalition(), &mut db).await.unwrap();
    assert!(!people::is_empty(&mut db).await.unwrap());
    assert_eq!(load_world(&mut db).await.unwrap(), (coalition(), 0));
    assert_eq!(changes::head(&mut db).await.unwrap(), 0);
}

#[tokio::test]
async fn everything_can_be_removed() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let world = coalition();
    macro_rules! remove {
        ($($shelf:ident: $field:ident;)+) => {$(
            let ids: Vec<&str> = world.$field.keys().map(AsRef::as_ref).collect();
            store::$shelf::remove(&ids, &mut db).await.unwrap();
        )+};
    }
    remove! {
        Agencies: agencies;
        Missions: missions;
        Agreements: agreements;
        People: people;
        Devices: devices;
        Channels: channels;
        Messages: messages;
        Files: files;
        Nodes: nodes;
        Servers: servers;
    }
    let left = World {
        settings: world.settings.clone(),
        ..World::default()
    };
    assert_eq!(load_world(&mut db).await.unwrap().0, left);
    let rows = sqlx::query("SELECT person FROM clearances")
        .fetch_all(&mut *db)
        .await
        .unwrap();
    assert!(rows.is_empty());
}

#[tokio::test]
async fn more_rows_than_fit_one_statement_are_written_and_read() {
    let database = fresh().await;
    let mut db = database.pool.acquire().await.unwrap();
    let mut world = coalition();
    let model = world.people["alice"].clone();
    for n in 0..1_203 {
        world
            .people
            .insert(format!("p{n}").parse().unwrap(), model.clone());
    }
    let everybody = world.people.keys().cloned().collect();
    world.channels.get_mut("town").unwrap().members = everybody;
    put_world(&world, &mut db).await.unwrap();
    assert_eq!(load_world(&mut db).await.unwrap().0, world);
}
