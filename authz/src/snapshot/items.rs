// SPDX-License-Identifier: Apache-2.0
//! Registered messages or files: by identifier in order, and by the channel that each is in, so that what a
//! person could read is found without going through what she could not.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use countersign_directory::{ChannelId, Item, ItemId};
use imbl::{HashMap, OrdMap, OrdSet};

use super::candidates::behind;

/// The items of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Items {
    by_id: OrdMap<ItemId, Arc<Item>>,
    by_channel: HashMap<ChannelId, OrdSet<ItemId>>,
}

impl Items {
    /// The item of that identifier.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Item>> {
        self.by_id.get(id)
    }

    /// All identifiers.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &ItemId> {
        self.by_id.keys()
    }

    /// Files an item, in place of what it was.
    pub(crate) fn insert(&mut self, id: ItemId, item: Arc<Item>) {
        self.remove(id.as_str());
        let there = self.by_channel.entry(item.channel.clone()).or_default();
        there.insert(id.clone());
        self.by_id.insert(id, item);
    }

    /// Takes an item away.
    pub(crate) fn remove(&mut self, id: &str) {
        let Some(item) = self.by_id.remove(id) else {
            return;
        };
        if let Some(there) = self.by_channel.get_mut(&item.channel) {
            there.remove(id);
            if there.is_empty() {
                self.by_channel.remove(&item.channel);
            }
        }
    }

    /// Those behind `after`, in order.
    pub(crate) fn after<'a>(
        &'a self,
        after: &str,
    ) -> impl Iterator<Item = (&'a ItemId, &'a Arc<Item>)> + use<'a> {
        self.by_id.range::<_, str>(behind(after))
    }

    /// Those behind `after` in any of `channels`, in order: of each channel the next is at hand, and the first
    /// of these is the next of all.
    pub(crate) fn of_channels_after<'a>(
        &'a self,
        channels: &[&ChannelId],
        after: &str,
    ) -> impl Iterator<Item = (&'a ItemId, &'a Arc<Item>)> + use<'a> {
        let there = channels
            .iter()
            .filter_map(|channel| self.by_channel.get(*channel));
        let mut rest: Vec<_> = there.map(|items| items.range::<_, str>(behind(after))).collect();
        let firsts = rest.iter_mut().enumerate();
        let mut next: BinaryHeap<_> = firsts
            .filter_map(|(place, items)| Some(Reverse((items.next()?, place))))
            .collect();
        std::iter::from_fn(move || {
            let Reverse((id, place)) = next.pop()?;
            if let Some(following) = rest.get_mut(place).and_then(Iterator::next) {
                next.push(Reverse((following, place)));
            }
            Some(id)
        })
        .filter_map(|id| self.by_id.get_key_value(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(channel: &str) -> Arc<Item> {
        let item = serde_json::json!({"channel": channel, "label": {"scheme": "NATO", "level": "NU"}});
        Arc::new(serde_json::from_value(item).unwrap())
    }

    fn of(items: &Items, channels: &[&str], after: &str) -> Vec<String> {
        let channels: Vec<ChannelId> = channels.iter().map(|id| id.parse().unwrap()).collect();
        let channels: Vec<&ChannelId> = channels.iter().collect();
        let found = items.of_channels_after(&channels, after);
        found.map(|(id, _)| id.to_string()).collect()
    }

    #[test]
    fn items_of_several_channels_come_in_one_order_behind_a_place() {
        let mut items = Items::default();
        for (id, channel) in [("m4", "a"), ("m1", "a"), ("m3", "b"), ("m2", "c"), ("m5", "b")] {
            items.insert(id.parse().unwrap(), item(channel));
        }
        assert_eq!(of(&items, &["a", "b"], ""), ["m1", "m3", "m4", "m5"]);
        assert_eq!(of(&items, &["a", "b", "nothing"], "m3"), ["m4", "m5"]);
        assert_eq!(items.after("m3").count(), 2);
    }

    #[test]
    fn an_item_that_is_moved_or_taken_away_is_where_it_is_and_nowhere_else() {
        let mut items = Items::default();
        items.insert("m1".parse().unwrap(), item("a"));
        items.insert("m1".parse().unwrap(), item("b"));
        assert_eq!(
            (of(&items, &["a"], ""), of(&items, &["b"], "")),
            (vec![], vec!["m1".to_owned()])
        );
        items.remove("m1");
        assert!(of(&items, &["a", "b"], "").is_empty() && items.get("m1").is_none());
        assert!(items.by_channel.is_empty());
    }
}
