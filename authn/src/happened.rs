// SPDX-License-Identifier: Apache-2.0
//! What an operation of this room did: events for the record, changes for the other processes.
//! Server writes both in the operation's own transaction.

use countersign_directory::operation::Outcome;
use countersign_directory::{Change, Event};
use serde_json::Value;

/// Collects what happened, in order.
#[derive(Debug, Default)]
pub struct Happened {
    /// For the record.
    pub events: Vec<Event>,
    /// For the other processes.
    pub changes: Vec<Change>,
    /// The directory has told the other processes of a change of its own.
    has_changed_directory: bool,
}

impl Happened {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes an event.
    pub fn event(&mut self, kind: &'static str, subject: impl Into<String>, detail: Value) {
        self.events.push(Event::new(kind, subject, detail));
    }

    /// Notes what the directory carried out in the same transaction.
    pub fn carried_out(&mut self, outcome: Outcome) {
        self.events.extend(outcome.events);
        self.has_changed_directory = true;
    }

    /// Whether processes have something to take in.
    pub fn changes_anything(&self) -> bool {
        self.has_changed_directory || !self.changes.is_empty()
    }

    /// Notes a change.
    pub fn change(&mut self, change: Change) {
        self.changes.push(change);
    }
}
