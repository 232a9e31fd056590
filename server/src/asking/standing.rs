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
        let question = question(person, channel);
        Some(
            self.decide(snapshot, &question, Facts::standing(), asker.clone())
                .await,
        )
    }
}

fn question(person: &PersonId, channel: &ChannelId) -> Question {
    Question {
        subject: person.to_string(),
        action: "channel.join".to_owned(),
        resource: Reference::new("channel", channel.as_str()),
        context: Context::default(),
    }
}
