// SPDX-License-Identifier: Apache-2.0
//! What an operation of this room did: events for the record, changes for the other processes.
//! Server writes both in the operation's own transaction.

use countersign_directory::{Change, Event};
use serde_json::Value;

/// Collects what happened, in order.
#[derive(Debug, Default)]
pub struct Happened {
    /// For the record.
    pub events: Vec<Event>,
    /// For the other processes.
    pub changes: Vec<Change>,
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

    /// Notes a change.
    pub fn change(&mut self, change: Change) {
        self.changes.push(change);
    }
}
