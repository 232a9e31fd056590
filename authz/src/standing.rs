// SPDX-License-Identifier: Apache-2.0
//! Standing questions about the members of a channel: who may stay, who must leave.

use chrono::{DateTime, Utc};
use countersign_directory::PersonId;
use serde::Serialize;

use crate::{Engine, Facts, Question, Reason, Reference, Snapshot};

/// How one member stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Eligible {
    /// The member.
    pub person: PersonId,
    /// Whether she may be a member now, the person alone.
    pub allowed: bool,
    /// Why not.
    pub reason: Option<Reason>,
}

impl Engine {
    /// Each member of a channel and whether she may be one. Empty for an unknown channel.
    pub fn eligible(&self, snapshot: &Snapshot, channel: &str, now: DateTime<Utc>) -> Vec<Eligible> {
        snapshot
            .members(channel)
            .iter()
            .map(|person| {
                let reason = self.may_stay(snapshot, person.as_str(), channel, now);
                Eligible {
                    person: person.clone(),
                    allowed: reason.is_none(),
                    reason,
                }
            })
            .collect()
    }

    /// The members of a channel who must leave, and why.
    pub fn evictions(
        &self,
        snapshot: &Snapshot,
        channel: &str,
        now: DateTime<Utc>,
    ) -> Vec<(PersonId, Reason)> {
        self.eligible(snapshot, channel, now)
            .into_iter()
            .filter_map(|member| Some((member.person, member.reason?)))
            .collect()
    }

    /// Why a member may not stay: what denies her to join, the person alone. A closed channel takes
    /// nobody new, and keeps those it has.
    pub fn may_stay(
        &self,
        snapshot: &Snapshot,
        person: &str,
        channel: &str,
        now: DateTime<Utc>,
    ) -> Option<Reason> {
        let question = Question {
            subject: person.to_owned(),
            action: "channel.join".to_owned(),
            resource: Reference::new("channel", channel),
            context: crate::Context::default(),
        };
        let decision = self.decide(snapshot, &question, &Facts::standing(), now);
        decision
            .failing
            .into_iter()
            .find(|reason| *reason != Reason::ChannelClosed)
    }
}
