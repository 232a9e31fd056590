// SPDX-License-Identifier: Apache-2.0
//! The indexes of searches follow the change feed, and go on where they stopped.

use countersign_authz::Snapshot;
use countersign_authz::search::{channels_of, members_and_services};
use countersign_authz::snapshot::Changed;
use countersign_directory::{Entity, Noun, PersonKind};

const WORLD: &[u8] = include_bytes!("../../../policies/worlds/coalition.world.json");

fn world() -> Snapshot {
    Snapshot::new(countersign_directory::world::parse(WORLD).unwrap(), 1)
}

fn who(snapshot: &Snapshot, channel: &str, after: &str) -> Vec<String> {
    members_and_services(snapshot, channel, after)
        .map(ToString::to_string)
        .collect()
}

fn changed(snapshot: &Snapshot, person: &str, kind: Option<PersonKind>) -> Snapshot {
    let entity = kind.map(|kind| {
        let mut held = snapshot.person(person).unwrap().as_ref().clone();
        held.kind = kind;
        Entity::Person(held)
    });
    let change = Changed {
        noun: Noun::Person,
        id: person.to_owned(),
        entity,
    };
    snapshot.after([change], snapshot.revision() + 1)
}

#[test]
fn members_and_services_come_in_order_and_each_once() {
    let world = world();
    let all = who(&world, "ops-ns", "");
    assert!(all.is_sorted());
    for expected in ["alice", "arch", "bob", "bot1", "carol", "mia"] {
        assert!(all.iter().any(|id| id == expected), "{expected}: {all:?}");
    }
    for (at, id) in all.iter().enumerate() {
        assert_eq!(who(&world, "ops-ns", id), all[at + 1..]);
    }
    let services = who(&world, "no-such-channel", "");
    assert!(services.iter().all(|id| {
        let person = world.person(id).unwrap();
        person.kind == PersonKind::Service
    }));
}

#[test]
fn who_becomes_a_service_is_one_of_them_and_who_ceases_is_not() {
    let before = world();
    let is_there = |world: &Snapshot| who(world, "nuc-cts", "").contains(&"noah".to_owned());
    assert!(!is_there(&before));
    assert!(channels_of(&before, "noah").is_some());
    let service = changed(&before, "noah", Some(PersonKind::Service));
    assert!(is_there(&service));
    assert!(channels_of(&service, "noah").is_none(), "it could be any");
    let person = changed(&service, "noah", Some(PersonKind::Government));
    assert!(!is_there(&person));
    assert!(!is_there(&changed(&service, "noah", None)), "removed");
}
