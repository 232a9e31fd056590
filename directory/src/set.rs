// SPDX-License-Identifier: Apache-2.0
//! A small, immutable set: sorted, without repeats, one allocation, cheap to clone.

use std::borrow::Borrow;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

/// A set as the directory keeps it: read often, replaced whole. A million people each hold several,
/// so a tree per set would not do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Set<T>(Arc<[T]>);

impl<T> Set<T> {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The members in order, as a slice.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T: Ord> Set<T> {
    /// Whether `item` is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.binary_search_by(|held| held.borrow().cmp(item)).is_ok()
    }
}

impl<T: Ord + Clone> Set<T> {
    /// The same set with `item` in it.
    #[must_use]
    pub fn with(&self, item: T) -> Self {
        let Err(place) = self.0.binary_search(&item) else {
            return self.clone();
        };
        let (before, after) = self.0.split_at(place);
        let before = before.iter().cloned().chain(std::iter::once(item));
        Self(before.chain(after.iter().cloned()).collect())
    }

    /// The same set without `item`.
    #[must_use]
    pub fn without(&self, item: &T) -> Self {
        Self(self.iter().filter(|held| *held != item).cloned().collect())
    }

    /// Whether every member is also in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|item| other.contains(item))
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Arc::from([]))
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items: Vec<T> = items.into_iter().collect();
        items.sort();
        items.dedup();
        Self(items.into())
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'de, T: Ord + Deserialize<'de>> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(from)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_sorted_and_without_repeats() {
        let set: Set<i32> = [3, 1, 3, 2].into_iter().collect();
        assert_eq!(set.as_slice(), [1, 2, 3]);
        assert!(set.contains(&2));
        assert!(!set.contains(&4));
        assert_eq!(set.with(0).without(&3).as_slice(), [0, 1, 2]);
    }
}
