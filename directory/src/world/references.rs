// SPDX-License-Identifier: Apache-2.0
//! What the entries of a world say about one another.

use super::World;
use super::fault::{Fault, Path, quoted};
use crate::Noun;

/// One entry names another thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The map and the entry that names it.
    from: (&'static str, &'a str),
    /// The field that does.
    field: &'static str,
    /// The index, when the field is a list of objects.
    index: Option<usize>,
    /// What kind of thing is named.
    pub noun: Noun,
    /// Which.
    pub id: &'a str,
}

impl Reference<'_> {
    /// Whether the thing is in `world`.
    pub fn found_in(&self, world: &World) -> bool {
        match self.noun {
            Noun::Agency => world.agencies.contains_key(self.id),
            Noun::Channel => world.channels.contains_key(self.id),
            Noun::Mission => world.missions.contains_key(self.id),
            Noun::Person => world.people.contains_key(self.id),
            Noun::Server => world.servers.contains_key(self.id),
            _ => false,
        }
    }

    /// The fault of naming a thing that is not there.
    pub fn fault(&self) -> Fault {
        let (map, entry) = self.from;
        let map = Path::Member(&Path::Root, map);
        let entry = Path::Member(&map, entry);
        let field = Path::Member(&entry, self.field);
        let message = format_args!("no {} has the id {}", self.noun, quoted(self.id)).to_string();
        match self.index {
            None => field.fault(message),
            Some(index) => {
                let element = Path::Element(&field, index);
                Path::Member(&element, self.noun.as_str()).fault(message)
            }
        }
    }
}

/// Every reference that the entries of `world` hold.
pub fn references(world: &World) -> impl Iterator<Item = Reference<'_>> {
    let people = world.people.iter().flat_map(|(id, person)| {
        let from = ("users", id.as_str());
        let one = move |field, noun, id| Reference {
            from,
            field,
            index: None,
            noun,
            id,
        };
        let agency = person
            .agency
            .iter()
            .map(move |id| one("agency", Noun::Agency, id.as_str()));
        let sponsor = person
            .sponsor
            .iter()
            .map(move |id| one("sponsor", Noun::Person, id.as_str()));
        let missions = person.missions.iter().filter(|id| !id.is_every());
        let missions = missions.map(move |id| one("missions", Noun::Mission, id.as_str()));
        let channels = person
            .clearances
            .iter()
            .enumerate()
            .filter_map(move |(index, clearance)| {
                let id = clearance.channel.as_ref()?.as_str();
                Some(Reference {
                    from,
                    field: "clearances",
                    index: Some(index),
                    noun: Noun::Channel,
                    id,
                })
            });
        agency.chain(sponsor).chain(missions).chain(channels)
    });
    let channels = world.channels.iter().flat_map(|(id, channel)| {
        let from = ("channels", id.as_str());
        let one = move |field, noun, id| Reference {
            from,
            field,
            index: None,
            noun,
            id,
        };
        let members = channel
            .members
            .iter()
            .map(move |id| one("members", Noun::Person, id.as_str()));
        let owners = channel
            .owners
            .iter()
            .flatten()
            .map(move |id| one("owners", Noun::Person, id.as_str()));
        let recipients = channel
            .recipients
            .iter()
            .flatten()
            .map(move |id| one("recipients", Noun::Person, id.as_str()));
        let agency = channel
            .agency
            .iter()
            .map(move |id| one("agency", Noun::Agency, id.as_str()));
        let missions = channel
            .missions
            .iter()
            .map(move |id| one("missions", Noun::Mission, id.as_str()));
        let server = channel
            .server
            .iter()
            .map(move |id| one("server", Noun::Server, id.as_str()));
        members
            .chain(owners)
            .chain(recipients)
            .chain(agency)
            .chain(missions)
            .chain(server)
    });
    let messages = world.messages.iter().map(|(id, item)| ("messages", id, item));
    let files = world.files.iter().map(|(id, item)| ("files", id, item));
    let items = messages.chain(files).map(|(map, id, item)| Reference {
        from: (map, id.as_str()),
        field: "channel",
        index: None,
        noun: Noun::Channel,
        id: item.channel.as_str(),
    });
    people.chain(channels).chain(items)
}
