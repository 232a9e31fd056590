// SPDX-License-Identifier: Apache-2.0
//! The rolls say what plain maps of texts would.

use std::collections::{BTreeMap, BTreeSet};

use countersign_authz::Snapshot;
use countersign_authz::snapshot::Changed;
use countersign_directory::change::member_id;
use countersign_directory::{Channel, ChannelId, Entity, Noun, Person, PersonId, World};
use proptest::prelude::*;

const PEOPLE: [&str; 6] = ["ann", "bob", "cat", "dan", "eve", "flo"];
const CHANNELS: [&str; 4] = ["air", "land", "sea", "space"];

#[derive(Debug, Clone)]
enum Act {
    Put(usize, Vec<usize>),
    Drop(usize),
    Join(usize, usize),
    Leave(usize, usize),
    Come(usize),
    Go(usize),
    /// The process starts anew.
    Load,
}

fn act() -> impl Strategy<Value = Act> {
    let channel = 0..CHANNELS.len();
    let person = 0..PEOPLE.len();
    prop_oneof![
        (channel.clone(), prop::collection::vec(person.clone(), 0..6))
            .prop_map(|(at, who)| Act::Put(at, who)),
        channel.clone().prop_map(Act::Drop),
        (channel.clone(), person.clone()).prop_map(|(at, who)| Act::Join(at, who)),
        (channel, person.clone()).prop_map(|(at, who)| Act::Leave(at, who)),
        person.clone().prop_map(Act::Come),
        person.prop_map(Act::Go),
        Just(Act::Load),
    ]
}

fn person(number: usize) -> PersonId {
    PEOPLE[number].parse().unwrap()
}

fn channel(number: usize) -> ChannelId {
    CHANNELS[number].parse().unwrap()
}

fn somebody(number: usize) -> Person {
    // Two have one address, in two spellings.
    let address = ["a@x.example", "A@X.example", "c@x.example"][number % 3];
    let person = serde_json::json!({"kind": "military", "status": "active", "email": address});
    serde_json::from_value(person).unwrap()
}

fn with_members(members: &BTreeSet<PersonId>) -> Channel {
    let channel = serde_json::json!({"label": {"scheme": "NATO", "level": "NR"}, "members": members});
    serde_json::from_value(channel).unwrap()
}

/// What a snapshot ought to say.
#[derive(Debug, Default)]
struct Plain {
    people: BTreeMap<PersonId, Person>,
    channels: BTreeMap<ChannelId, BTreeSet<PersonId>>,
}

impl Plain {
    fn does(&mut self, act: &Act) -> Option<Changed> {
        let changed = |noun, id: &str, entity| {
            Some(Changed {
                noun,
                id: id.to_owned(),
                entity,
            })
        };
        match act {
            Act::Put(at, who) => {
                let members: BTreeSet<PersonId> = who.iter().map(|number| person(*number)).collect();
                let entity = Entity::Channel(with_members(&members));
                self.channels.insert(channel(*at), members);
                changed(Noun::Channel, CHANNELS[*at], Some(entity))
            }
            Act::Drop(at) => {
                self.channels.remove(&channel(*at));
                changed(Noun::Channel, CHANNELS[*at], None)
            }
            Act::Join(at, who) | Act::Leave(at, who) => {
                let (at, who) = (channel(*at), person(*who));
                let joins = matches!(act, Act::Join(..));
                if let Some(members) = self.channels.get_mut(&at) {
                    if joins {
                        members.insert(who.clone());
                    } else {
                        members.remove(&who);
                    }
                }
                let id = member_id(&at, &who);
                changed(Noun::Member, &id, joins.then_some(Entity::Member(at, who)))
            }
            Act::Come(who) => {
                self.people.insert(person(*who), somebody(*who));
                changed(Noun::Person, PEOPLE[*who], Some(Entity::Person(somebody(*who))))
            }
            Act::Go(who) => {
                self.people.remove(&person(*who));
                changed(Noun::Person, PEOPLE[*who], None)
            }
            Act::Load => None,
        }
    }

    fn world(&self) -> World {
        let channels = self.channels.iter();
        World {
            people: self.people.clone(),
            channels: channels
                .map(|(id, members)| (id.clone(), with_members(members)))
                .collect(),
            ..World::default()
        }
    }

    fn agrees(&self, snapshot: &Snapshot) {
        assert!(snapshot.people().map(|(id, _)| id).eq(self.people.keys()));
        assert!(snapshot.channels().map(|(id, _)| id).eq(self.channels.keys()));
        let nobody = BTreeSet::new();
        for at in CHANNELS {
            let members = self.channels.get(at).unwrap_or(&nobody);
            let roll = snapshot.members(at);
            assert!(
                roll.iter().eq(members),
                "{at}: {:?}",
                roll.iter().collect::<Vec<_>>()
            );
            assert_eq!(roll.len(), members.len());
            for who in PEOPLE {
                assert_eq!(roll.contains(who), members.contains(who), "{who} in {at}");
                assert!(
                    roll.after(who).eq(members.iter().filter(|id| id.as_str() > who)),
                    "{at} after {who}"
                );
            }
            let known = snapshot.channel_with_members(at);
            assert_eq!(known, self.channels.get(at).map(with_members));
        }
        for who in PEOPLE {
            let hers = self.channels.iter().filter(|(_, members)| members.contains(who));
            assert!(
                snapshot.memberships(who).iter().eq(hers.map(|(id, _)| id)),
                "{who}"
            );
        }
        for address in ["a@x.example", "C@x.example", "d@x.example"] {
            let has_it = |person: &Person| {
                person
                    .email
                    .as_ref()
                    .is_some_and(|held| held.eq_ignore_ascii_case(address))
            };
            let mut holders = self
                .people
                .iter()
                .filter(|(_, person)| has_it(person))
                .map(|(id, _)| id);
            let only = holders.next().filter(|_| holders.next().is_none());
            assert_eq!(snapshot.person_at(address), only, "{address}");
        }
    }
}

proptest! {
    #[test]
    fn rolls_and_addresses_say_what_plain_maps_would(acts in prop::collection::vec(act(), 1..40)) {
        let mut plain = Plain::default();
        let mut snapshot = Snapshot::default();
        for act in &acts {
            let before = snapshot.clone();
            let as_before = format!("{:?}", before.members("sea").iter().collect::<Vec<_>>());
            match plain.does(act) {
                Some(changed) => snapshot = snapshot.after([changed], 1),
                None => snapshot = Snapshot::new(plain.world(), 1),
            }
            plain.agrees(&snapshot);
            // Whoever holds the one before sees it as it was.
            prop_assert_eq!(as_before, format!("{:?}", before.members("sea").iter().collect::<Vec<_>>()));
        }
    }
}
