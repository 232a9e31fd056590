// SPDX-License-Identifier: Apache-2.0
//! What the record hears. Of few people each act in full; of many, who they are and what was done, so that a
//! whole directory does not fill the record with what the directory says itself.

use serde_json::{Map, Value, json};

use super::plan::Plan;
use crate::source::Source;
use crate::{Event, Permit, Person, PersonId};

/// Of so many people each act is told in full.
const IN_FULL: usize = 50;
/// People in one event.
const TOGETHER: usize = 500;

/// What is told, as it comes.
pub(super) struct Telling {
    source: String,
    by: String,
    approved_by: Value,
    is_full: bool,
    events: Vec<Event>,
    people: Map<String, Value>,
}

impl Telling {
    pub(super) fn new(source: &Source, permit: &Permit, people: usize) -> Self {
        Self {
            source: source.id.to_string(),
            by: permit.by().to_string(),
            approved_by: json!(permit.approved_by()),
            is_full: people <= IN_FULL,
            events: Vec::new(),
            people: Map::new(),
        }
    }

    /// What was done about one person. What was refused is told when it is not what was refused before.
    pub(super) fn person(&mut self, id: &PersonId, old: Option<&Person>, plan: &Plan, is_news: bool) {
        let refused = is_news && !plan.refused.is_empty();
        if plan.after.is_none() && !refused {
            return;
        }
        let acts = if plan.after.is_some() {
            plan.acts.as_slice()
        } else {
            &[]
        };
        if !self.is_full {
            let mut names: Vec<&str> = acts.iter().map(crate::amend::Amendment::event).collect();
            if plan.disables {
                names.push("person.revoked");
            }
            let told = if refused {
                json!({"done": names, "refused": plan.refused})
            } else {
                json!({ "done": names })
            };
            self.people.insert(id.to_string(), told);
            if self.people.len() >= TOGETHER {
                self.together();
            }
            return;
        }
        let mut old = old.map(|old| json!(old));
        for act in acts {
            let detail = json!({
                "by": self.by, "approved_by": self.approved_by, "amendment": act, "old": old.take(),
            });
            self.events.push(Event::new(act.event(), id.as_str(), detail));
        }
        if plan.disables {
            let detail = json!({"by": self.by, "approved_by": null});
            self.events
                .push(Event::new("person.revoked", id.as_str(), detail));
        }
        if refused {
            let detail = json!({"by": self.by, "refused": plan.refused});
            self.events
                .push(Event::new("source.refused", id.as_str(), detail));
        }
    }

    fn together(&mut self) {
        let people = std::mem::take(&mut self.people);
        let detail = json!({"by": self.by, "people": people});
        self.events
            .push(Event::new("source.applied", self.source.as_str(), detail));
    }

    pub(super) fn events(mut self) -> Vec<Event> {
        if !self.people.is_empty() {
            self.together();
        }
        self.events
    }
}
