// SPDX-License-Identifier: Apache-2.0
//! A snapshot in the making, as the store is read: first the people, then the channels with their members,
//! then all else. Members are noted by number at once, so that their names are never all in memory.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_directory::{
    Channel, ChannelId, IdError, Person, PersonId, PersonKind, Revision, Set, World,
};

use super::addresses::Addresses;
use super::register::{Number, Register};
use super::{Snapshot, calendar};

/// The people, as they are read.
#[derive(Debug, Default)]
pub struct Census {
    people: Vec<(PersonId, Arc<Person>)>,
}

/// The channels, as they are read.
#[derive(Debug)]
pub struct Rolls {
    people: Vec<(PersonId, Arc<Person>)>,
    numbers: HashMap<PersonId, Number>,
    /// Members who are not among the people: their numbers follow.
    strangers: Vec<PersonId>,
    channels: Vec<Listed>,
}

impl Census {
    /// One more.
    pub fn add(&mut self, id: PersonId, person: Person) {
        self.people.push((id, Arc::new(person)));
    }

    /// All are there; the channels follow.
    pub fn closed(self) -> Rolls {
        let mut people = self.people;
        // Mostly they are in order already; not every store orders texts as we do.
        people.sort_by(|(one, _), (other, _)| one.cmp(other));
        let numbered = people.iter().enumerate();
        Rolls {
            numbers: numbered
                .map(|(place, (id, _))| (id.clone(), Number::of_place(place)))
                .collect(),
            people,
            strangers: Vec::new(),
            channels: Vec::new(),
        }
    }
}

impl Rolls {
    /// One more, with the names of its members.
    pub fn add<'m>(
        &mut self,
        id: ChannelId,
        channel: Channel<()>,
        members: impl Iterator<Item = &'m str>,
    ) -> Result<(), IdError> {
        let members: Result<Set<Number>, IdError> = members.map(|member| self.number(member)).collect();
        self.channels.push((id, Arc::new(channel), members?));
        Ok(())
    }

    fn number(&mut self, member: &str) -> Result<Number, IdError> {
        if let Some(number) = self.numbers.get(member) {
            return Ok(*number);
        }
        let id: PersonId = member.parse()?;
        let number = Number::of_place(self.people.len() + self.strangers.len());
        self.strangers.push(id.clone());
        self.numbers.insert(id, number);
        Ok(number)
    }

    /// The snapshot of these people and channels in `world`, which has none of either.
    pub fn complete(self, world: World, revision: Revision) -> Snapshot {
        drop(self.numbers);
        let mut channels = self.channels;
        channels.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        let known = self.people.len();
        let mut memberships = turned(&channels, known + self.strangers.len());
        let settings = world.settings();
        let with_address = self.people.iter().enumerate();
        let services = self
            .people
            .iter()
            .filter(|(_, person)| person.kind == PersonKind::Service);
        let mut snapshot = Snapshot {
            revision,
            loaded: revision,
            calendar: calendar(&settings),
            settings: Arc::new(settings),
            services: services.map(|(id, _)| id.clone()).collect(),
            addresses: Addresses::of(with_address.filter_map(|(place, (_, person))| {
                Some((person.email.as_deref()?, Number::of_place(place)))
            })),
            ..Snapshot::default()
        };
        for (_, channel, _) in &channels {
            snapshot.learn(&channel.label);
        }
        snapshot.channels = Register::in_order(channels.into_iter());
        let strangers = memberships.split_off(known);
        let people = self.people.into_iter().zip(memberships);
        snapshot.people = Register::in_order(people.map(|((id, person), ties)| (id, person, ties)));
        for (id, ties) in self.strangers.iter().zip(strangers) {
            let number = snapshot.people.name(id);
            snapshot.people.retie(number, ties);
        }
        snapshot.take_in(world);
        snapshot
    }
}

/// A channel and who is in it.
type Listed = (ChannelId, Arc<Channel<()>>, Set<Number>);

/// For each of so many people the channels that she is in.
fn turned(channels: &[Listed], people: usize) -> Vec<Set<Number>> {
    // One list for all, in which each person has a stretch as long as she has channels: a list of her own for
    // each would grow a million times over.
    let mut ends = vec![0_usize; people];
    let members = || channels.iter().flat_map(|(.., members)| members);
    for member in members() {
        if let Some(count) = ends.get_mut(member.place()) {
            *count += 1;
        }
    }
    let mut all = 0;
    for end in &mut ends {
        let count = *end;
        *end = all;
        all += count;
    }
    let mut list = vec![Number::of_place(0); all];
    for (place, (.., members)) in channels.iter().enumerate() {
        for member in members {
            let next = ends.get_mut(member.place());
            if let Some(next) = next
                && let Some(slot) = list.get_mut(*next)
            {
                *slot = Number::of_place(place);
                *next += 1;
            }
        }
    }
    let mut rest = list.as_slice();
    let mut from = 0;
    ends.into_iter()
        .map(|end| {
            let (hers, others) = rest.split_at(end - from);
            (rest, from) = (others, end);
            hers.iter().copied().collect()
        })
        .collect()
}
