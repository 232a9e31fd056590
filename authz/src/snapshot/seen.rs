// SPDX-License-Identifier: Apache-2.0
//! The revision as a connected server sees it: the last one that changed something that it may know
//! of. What happens beyond its scope does not move it, and so cannot be noticed by it.

use countersign_directory::change::parse_member_id;
use countersign_directory::{ConnectedServer, Noun, Revision, ServerId};

use super::Snapshot;

impl Snapshot {
    /// The last revision that changed something that the server may know of; never a later one than
    /// [`Snapshot::revision`].
    pub fn revision_seen_by(&self, server: &ServerId) -> Revision {
        self.seen.get(server).copied().unwrap_or(self.loaded)
    }

    /// Moves the revision of those servers that may know of what `changed`, given how it was `before`.
    pub(super) fn show(&mut self, before: &Self, changed: &[(Noun, String)]) {
        let moved: Vec<ServerId> = self
            .servers
            .iter()
            .filter(|(_, server)| {
                changed
                    .iter()
                    .any(|(noun, id)| before.shows(server, *noun, id) || self.shows(server, *noun, id))
            })
            .map(|(id, _)| id.clone())
            .collect();
        for id in moved {
            self.seen.insert(id, self.revision);
        }
    }

    /// Whether answers to `server` can rest on that thing.
    fn shows(&self, server: &ConnectedServer, noun: Noun, id: &str) -> bool {
        match noun {
            Noun::Channel => self.shows_channel(server, id),
            Noun::Member => {
                parse_member_id(id).is_some_and(|(channel, _)| self.shows_channel(server, channel.as_str()))
            }
            Noun::File => self
                .file(id)
                .is_some_and(|item| self.shows_channel(server, item.channel.as_str())),
            Noun::Message => self
                .message(id)
                .is_some_and(|item| self.shows_channel(server, item.channel.as_str())),
            // A member whom it may not ask about still counts in the channels that it knows.
            Noun::Person => {
                id.parse().is_ok_and(|person| server.sees_person(&person))
                    || self
                        .memberships(id)
                        .iter()
                        .any(|channel| self.shows_channel(server, channel.as_str()))
            }
            Noun::Server | Noun::ServerIds => id == server.id.as_str(),
            Noun::Approval | Noun::Client | Noun::Session | Noun::SigningKey | Noun::Source => false,
            Noun::Agency
            | Noun::Agreement
            | Noun::Device
            | Noun::Mission
            | Noun::Node
            | Noun::Policy
            | Noun::Settings
            | Noun::World => true,
        }
    }

    fn shows_channel(&self, server: &ConnectedServer, id: &str) -> bool {
        self.channels
            .get_key_value(id)
            .is_some_and(|(id, channel)| server.sees_channel(id, channel))
    }
}
