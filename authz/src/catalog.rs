// SPDX-License-Identifier: Apache-2.0
//! Which labels a person can use at all: whether she could post under each in a channel that is made
//! for the question, in which nothing but the label stands in her way.

use chrono::{DateTime, Utc};
use countersign_directory::{Channel, ChannelState, Entity, LabelMode, Noun, PersonId, Set};
use countersign_labels::RawLabel;

use crate::snapshot::Changed;
use crate::{Context, Engine, Facts, Question, Reference, Snapshot};

impl Engine {
    /// Of the plain labels of all schemes, those that `person` can use, as `facts` stand.
    pub fn usable_labels(
        &self,
        snapshot: &Snapshot,
        person: &PersonId,
        facts: &Facts,
        now: DateTime<Utc>,
    ) -> Vec<RawLabel> {
        let levels = self.schemes.iter().flat_map(|scheme| {
            let levels = scheme.levels.iter();
            levels.map(|level| RawLabel::new(&scheme.id, &level.id))
        });
        self.usable(snapshot, levels, person, facts, now)
    }

    /// Of `labels`, those that `person` can use, as `facts` stand.
    pub fn usable(
        &self,
        snapshot: &Snapshot,
        labels: impl Iterator<Item = RawLabel>,
        person: &PersonId,
        facts: &Facts,
        now: DateTime<Utc>,
    ) -> Vec<RawLabel> {
        let places: Vec<(String, RawLabel)> = labels
            .enumerate()
            .map(|(number, label)| (unused(number, snapshot), label))
            .collect();
        let made = places.iter().map(|(id, label)| Changed {
            noun: Noun::Channel,
            id: id.clone(),
            entity: Some(Entity::Channel(channel(label, person))),
        });
        let made = snapshot.after(made, snapshot.revision());
        let usable = places.into_iter().filter(|(id, label)| {
            let question = Question {
                subject: person.to_string(),
                action: "message.post".to_owned(),
                resource: Reference::new("channel", id.as_str()),
                context: Context {
                    label: serde_json::to_value(label).ok(),
                    ..Context::default()
                },
            };
            self.decide_once(&made, &question, facts, now).allowed()
        });
        usable.map(|(_, label)| label).collect()
    }
}

/// A name that no channel has.
fn unused(number: usize, snapshot: &Snapshot) -> String {
    let mut id = format!("catalog-{number}");
    while snapshot.channel(&id).is_some() {
        id.push('-');
    }
    id
}

/// Open to everybody whom the label lets in.
fn channel(label: &RawLabel, member: &PersonId) -> Channel {
    Channel {
        label: label.clone(),
        members: std::iter::once(member.clone()).collect(),
        owners: None,
        agency: None,
        missions: Set::default(),
        recipients: None,
        externals_allowed: true,
        industry_allowed: true,
        state: ChannelState::Open,
        label_mode: LabelMode::Portion,
        listed: false,
        name: None,
        server: None,
        label_drift: false,
    }
}
