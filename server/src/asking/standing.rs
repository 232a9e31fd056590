// SPDX-License-Identifier: Apache-2.0
//! Standing questions: may this person be in this channel, session and device aside? Reconcilers and
//! the console ask them; an evaluation never is one.

use countersign_authz::{Context, Facts, Question, Reason, Reference, Snapshot};
use countersign_directory::{ChannelId, PersonId};

use crate::app::House;
use crate::asking::Answered;
use crate::record::decision::Asker;

impl House {
    /// Why `person` may not stay in `channel`, as a computation that nobody acts on.
    pub fn may_not_stay(
        &self,
        snapshot: &Snapshot,
        person: &PersonId,
        channel: &ChannelId,
    ) -> Option<Reason> {
        self.engine
            .may_stay(snapshot, person.as_str(), channel.as_str(), self.now())
    }

    /// Whether `person` alone may know of `channel`, as a computation that nobody acts on.
    pub fn may_discover(&self, snapshot: &Snapshot, person: &str, channel: &str) -> bool {
        let question = question("channel.discover", person, channel);
        self.engine
            .decide(snapshot, &question, &Facts::standing(), self.now())
            .allowed()
    }

    /// The recorded decision by which `person` must leave `channel`, if she must. Only a deny about
    /// her evicts; what is unknown or cannot be decided never does.
    pub async fn eviction(
        &self,
        snapshot: &Snapshot,
        person: &PersonId,
        channel: &ChannelId,
        asker: &Asker,
    ) -> Option<Answered> {
        let reason = self.may_not_stay(snapshot, person, channel)?;
        if matches!(reason, Reason::PdpInput | Reason::AuditUnavailable) {
            return None;
        }
        let question = question("channel.join", person.as_str(), channel.as_str());
        Some(
            self.decide(snapshot, &question, Facts::standing(), asker.clone())
                .await,
        )
    }
}

fn question(action: &str, person: &str, channel: &str) -> Question {
    Question {
        subject: person.to_owned(),
        action: action.to_owned(),
        resource: Reference::new("channel", channel),
        context: Context::default(),
    }
}
