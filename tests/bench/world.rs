// SPDX-License-Identifier: Apache-2.0
//! The example coalition, grown: many people like alice, many channels like hers.

use std::str::FromStr;

use countersign_directory::{ChannelId, PersonId, World, world};

const COALITION: &[u8] = include_bytes!("../../policies/worlds/coalition.world.json");
/// Members of each channel.
pub const MEMBERS: usize = 20;

/// From one member of a channel to the next.
pub const STEP: usize = 7919;

/// A world with that many people and channels besides those of the coalition.
pub fn grown(people: usize, channels: usize) -> World {
    let mut world = world::parse(COALITION).expect("the coalition is a world");
    let alice = world.people[&id::<PersonId>("alice")].clone();
    world
        .people
        .extend((0..people).map(|number| (person(number), alice.clone())));
    let models = ["log-nr", "ops-ns"].map(|name| world.channels[&id::<ChannelId>(name)].clone());
    for number in 0..channels {
        let mut grown = models[number % models.len()].clone();
        grown.members = members(number, people).map(person).collect();
        world.channels.insert(channel(number), grown);
    }
    world
}

/// Who is in a channel.
pub fn members(channel: usize, people: usize) -> impl Iterator<Item = usize> {
    (0..MEMBERS).map(move |number| (channel * MEMBERS + number * STEP) % people)
}

/// The id of a person.
pub fn person(number: usize) -> PersonId {
    id(&format!("person-{number}"))
}

/// The id of a channel.
pub fn channel(number: usize) -> ChannelId {
    id(&format!("channel-{number}"))
}

fn id<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}
