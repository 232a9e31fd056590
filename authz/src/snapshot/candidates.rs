// SPDX-License-Identifier: Apache-2.0
//! What a search goes through, in the order of identifiers, so that it can go on where it stopped.

use std::ops::Bound;
use std::sync::Arc;

use countersign_directory::{ChannelId, Item, ItemId, PersonId};

use super::Snapshot;

impl Snapshot {
    /// The people behind `after`; all of them behind the empty text.
    pub fn people_after<'a>(&'a self, after: &str) -> impl Iterator<Item = &'a PersonId> + use<'a> {
        self.people.range::<_, str>(behind(after)).map(|(id, _)| id)
    }

    /// The services behind `after`, which are people too.
    pub fn services_after<'a>(&'a self, after: &str) -> impl Iterator<Item = &'a PersonId> + use<'a> {
        self.services.range::<_, str>(behind(after))
    }

    /// The channels behind `after`.
    pub fn channels_after<'a>(&'a self, after: &str) -> impl Iterator<Item = &'a ChannelId> + use<'a> {
        self.channels.range::<_, str>(behind(after)).map(|(id, _)| id)
    }

    /// The registered messages, in no order.
    pub fn messages(&self) -> impl Iterator<Item = (&ItemId, &Arc<Item>)> {
        self.messages.iter()
    }

    /// The registered files, in no order.
    pub fn files(&self) -> impl Iterator<Item = (&ItemId, &Arc<Item>)> {
        self.files.iter()
    }

    /// The same world without what was answered about it: what is kept for later must not keep that too.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            memory: Arc::default(),
            ..self.clone()
        }
    }
}

fn behind(after: &str) -> (Bound<&str>, Bound<&str>) {
    (Bound::Excluded(after), Bound::Unbounded)
}
