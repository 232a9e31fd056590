// SPDX-License-Identifier: Apache-2.0
//! What changed, as one connected server may know it: who is out, which sessions are over, who must
//! leave which channel, which labels rose. Derived when read, from the change rows and the world as
//! it is now; nothing is kept per server.

use std::collections::BTreeSet;

use authn::session::SessionId;
use authn::store::sessions;
use countersign_authn as authn;
use countersign_authz::Snapshot;
use countersign_directory::change::{Recorded, parse_member_id};
use countersign_directory::{ChangeKind, ChannelId, ConnectedServer, Noun, PersonId, Status};
use countersign_labels::RawLabel;
use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;

use crate::app::House;
use crate::asking::server_question::Translation;
use crate::record::decision::Asker;
use crate::world::TailError;

/// One change, in the server's own names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeedChange {
    /// This person may use the server again.
    UserActive {
        /// Who.
        user: String,
    },
    /// This person is out: end all her access now.
    UserEnded {
        /// Who.
        user: String,
    },
    /// One sign-in is over.
    SessionEnded {
        /// Whose.
        user: String,
        /// Its `sid` at this server's client.
        session: String,
    },
    /// The channel's label is now this.
    Label {
        /// The channel.
        channel: String,
        /// Its label.
        #[schema(value_type = HashMap<String, Value>)]
        label: RawLabel,
    },
    /// This person must leave this channel.
    Eviction {
        /// Who.
        user: String,
        /// From where.
        channel: String,
        /// The recorded decision.
        decision_id: String,
    },
    /// Other policies are in force.
    Policy {
        /// Which.
        policy_revision: String,
    },
    /// Something that answers may rest on changed: drop what is cached.
    World,
}

/// What a batch of changes touches, before anything is asked.
#[derive(Debug, Default)]
struct Touched {
    people: BTreeSet<PersonId>,
    channels: BTreeSet<ChannelId>,
    members: BTreeSet<(ChannelId, PersonId)>,
    everything: bool,
}

impl House {
    /// Renders `batch` for `server`.
    pub async fn feed(
        &self,
        snapshot: &Snapshot,
        server: &ConnectedServer,
        batch: &[Recorded],
        db: &mut AnyConnection,
    ) -> Result<Vec<FeedChange>, TailError> {
        let names = Translation::new(server, snapshot);
        let mut out = Vec::new();
        let mut touched = Touched::default();
        for recorded in batch {
            let change = &recorded.change;
            match change.noun {
                Noun::Person => {
                    if let Ok(person) = change.id.parse::<PersonId>()
                        && server.sees_person(&person)
                    {
                        out.extend(status_change(snapshot, &names, &person, change.kind));
                        touched.people.insert(person);
                    }
                }
                Noun::Session if change.kind == ChangeKind::Ended => {
                    out.extend(session_end(&change.id, server, &names, db).await?);
                }
                Noun::Channel => {
                    if let Some((id, label)) = visible_label(snapshot, server, &change.id) {
                        if change.kind == ChangeKind::Label
                            && let Some(channel) = names.channel_theirs(&id)
                        {
                            out.push(FeedChange::Label { channel, label });
                        }
                        touched.channels.insert(id);
                    }
                }
                Noun::Member => touched.members.extend(parse_member_id(&change.id)),
                Noun::Policy => {
                    let policy_revision = self.engine.policy_revision().to_owned();
                    out.push(FeedChange::Policy { policy_revision });
                    touched.everything = true;
                }
                Noun::Agreement
                | Noun::Agency
                | Noun::Mission
                | Noun::Node
                | Noun::Settings
                | Noun::World => {
                    out.push(FeedChange::World);
                    touched.everything = true;
                }
                _ => {}
            }
        }
        out.extend(self.evictions(snapshot, server, &names, &touched).await);
        let since = batch.first().map(|first| first.cursor.revision);
        if out.is_empty() && since.is_some_and(|since| snapshot.revision_seen_by(&server.id) >= since) {
            out.push(FeedChange::World);
        }
        out.dedup();
        Ok(out)
    }

    async fn evictions(
        &self,
        snapshot: &Snapshot,
        server: &ConnectedServer,
        names: &Translation<'_>,
        touched: &Touched,
    ) -> Vec<FeedChange> {
        let mut pairs = touched.members.clone();
        for person in &touched.people {
            let channels = snapshot.memberships(person.as_str());
            pairs.extend(channels.iter().map(|channel| (channel.clone(), person.clone())));
        }
        for (id, _) in snapshot.channels() {
            if touched.everything || touched.channels.contains(id) {
                let members = snapshot.members(id.as_str());
                pairs.extend(members.iter().map(|person| (id.clone(), person.clone())));
            }
        }
        let asker = Asker {
            server: Some(server.id.to_string()),
            ..Asker::default()
        };
        let mut out = Vec::new();
        for (id, person) in pairs {
            let Some(channel) = snapshot.channel(id.as_str()) else {
                continue;
            };
            let there = snapshot.members(id.as_str()).contains(person.as_str())
                && server.sees_channel(&id, channel)
                && server.sees_person(&person);
            let theirs = names.person_theirs(&person).zip(names.channel_theirs(&id));
            if let Some((user, channel)) = theirs.filter(|_| there)
                && let Some(answered) = self.eviction(snapshot, &person, &id, &asker).await
            {
                out.push(FeedChange::Eviction {
                    user,
                    channel,
                    decision_id: answered.id,
                });
            }
        }
        out
    }
}

/// Everybody in scope who is out, in the server's names.
pub fn ended_users(snapshot: &Snapshot, server: &ConnectedServer) -> Vec<String> {
    let names = Translation::new(server, snapshot);
    snapshot
        .people()
        .filter(|(id, person)| person.status != Status::Active && server.sees_person(id))
        .filter_map(|(id, _)| names.person_theirs(id))
        .collect()
}

fn status_change(
    snapshot: &Snapshot,
    names: &Translation<'_>,
    person: &PersonId,
    kind: ChangeKind,
) -> Option<FeedChange> {
    let user = names.person_theirs(person)?;
    let active = snapshot
        .person(person.as_str())
        .is_some_and(|person| person.status == Status::Active);
    match (active, kind) {
        (false, _) => Some(FeedChange::UserEnded { user }),
        (true, ChangeKind::Active) => Some(FeedChange::UserActive { user }),
        (true, _) => Some(FeedChange::World),
    }
}

async fn session_end(
    id: &str,
    server: &ConnectedServer,
    names: &Translation<'_>,
    db: &mut AnyConnection,
) -> Result<Vec<FeedChange>, TailError> {
    let id = SessionId::from_text(id);
    let Some(session) = sessions::by_id(&id, db).await? else {
        return Ok(Vec::new());
    };
    let Some(user) = names.person_theirs(&session.person) else {
        return Ok(Vec::new());
    };
    let ties = sessions::clients_of(&id, db).await?;
    let here = ties.into_iter().filter(|tie| tie.client == server.client_id);
    Ok(here
        .map(|tie| FeedChange::SessionEnded {
            user: user.clone(),
            session: tie.sid.as_str().to_owned(),
        })
        .collect())
}

fn visible_label(snapshot: &Snapshot, server: &ConnectedServer, id: &str) -> Option<(ChannelId, RawLabel)> {
    let id: ChannelId = id.parse().ok()?;
    let channel = snapshot.channel(id.as_str())?;
    server
        .sees_channel(&id, channel)
        .then(|| (id.clone(), channel.label.clone()))
}
