// SPDX-License-Identifier: Apache-2.0
//! Who is in a channel, or in which channels somebody is.

use std::borrow::Borrow;
use std::sync::Arc;

use super::register::{Number, Register};

/// Identifiers in order, each once. Some may be of nobody: who is gone is named until she is struck off.
#[derive(Debug)]
pub struct Roll<'a, K, T> {
    register: &'a Register<K, T>,
    numbers: &'a [Number],
}

impl<K, T> Clone for Roll<'_, K, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, T> Copy for Roll<'_, K, T> {}

impl<'a, K, T> Roll<'a, K, T> {
    pub(super) fn new(register: &'a Register<K, T>, numbers: &'a [Number]) -> Self {
        Self { register, numbers }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

impl<'a, K: Ord + Clone + Borrow<str>, T> Roll<'a, K, T> {
    /// Whether `id` is among them.
    pub fn contains(&self, id: &str) -> bool {
        let number = self.register.number(id);
        number.is_some_and(|number| self.numbers.binary_search(&number).is_ok())
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a K> + use<'a, K, T> {
        self.after("")
    }

    /// Those behind `after`, in order.
    pub fn after(&self, after: &str) -> impl Iterator<Item = &'a K> + use<'a, K, T> {
        let register = self.register;
        let id = move |number: &Number| register.at(*number).map(|entry| &entry.id);
        let is_behind = |id: &K| {
            let id: &str = id.borrow();
            id > after
        };
        let late = self.numbers.partition_point(|number| !register.is_late(*number));
        let (first, late) = self.numbers.split_at(late);
        let from = first.partition_point(|number| !id(number).is_some_and(is_behind));
        let mut first = first.iter().skip(from).filter_map(id).peekable();
        let mut late: Vec<&K> = late.iter().filter_map(id).filter(|id| is_behind(id)).collect();
        late.sort();
        let mut late = late.into_iter().peekable();
        std::iter::from_fn(move || match (first.peek(), late.peek()) {
            (Some(one), Some(other)) if one > other => late.next(),
            (Some(_), _) => first.next(),
            (None, _) => late.next(),
        })
    }

    /// The things that they name, in no order; nothing for who is gone.
    pub(crate) fn things(&self) -> impl Iterator<Item = (&'a K, Option<&'a Arc<T>>)> + use<'a, K, T> {
        let register = self.register;
        let entries = self.numbers.iter().filter_map(move |number| register.at(*number));
        entries.map(|entry| (&entry.id, entry.thing.as_ref()))
    }
}
