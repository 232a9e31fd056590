// SPDX-License-Identifier: Apache-2.0
//! What a search goes through, in the order of identifiers, so that it can go on where it stopped.

use std::ops::Bound;
use std::sync::Arc;

use countersign_directory::{ChannelId, Item, ItemId, PersonId};

use super::Snapshot;
use super::items::Items;

impl Snapshot {
    /// The people behind `after`; all of them behind the empty text.
    pub fn people_after<'a>(&'a self, after: &str) -> impl Iterator<Item = &'a PersonId> + use<'a> {
        self.people.after(after).map(|(id, _)| id)
    }

    /// The services behind `after`, which are people too.
    pub fn services_after<'a>(&'a self, after: &str) -> impl Iterator<Item = &'a PersonId> + use<'a> {
        self.services.range::<_, str>(behind(after))
    }

    /// The channels behind `after`.
    pub fn channels_after<'a>(&'a self, after: &str) -> impl Iterator<Item = &'a ChannelId> + use<'a> {
        self.channels.after(after).map(|(id, _)| id)
    }

    /// The registered messages behind `after`, of these channels where some are named.
    pub fn messages_after<'a>(&'a self, channels: Option<&[&ChannelId]>, after: &str) -> Found<'a> {
        found(&self.messages, channels, after)
    }

    /// The registered files behind `after`, likewise.
    pub fn files_after<'a>(&'a self, channels: Option<&[&ChannelId]>, after: &str) -> Found<'a> {
        found(&self.files, channels, after)
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

/// Items in order.
pub type Found<'a> = Box<dyn Iterator<Item = (&'a ItemId, &'a Arc<Item>)> + Send + 'a>;

fn found<'a>(items: &'a Items, channels: Option<&[&ChannelId]>, after: &str) -> Found<'a> {
    match channels {
        None => Box::new(items.after(after)),
        Some(channels) => Box::new(items.of_channels_after(channels, after)),
    }
}

pub(super) fn behind(after: &str) -> (Bound<&str>, Bound<&str>) {
    (Bound::Excluded(after), Bound::Unbounded)
}
