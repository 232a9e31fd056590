// SPDX-License-Identifier: Apache-2.0
//! Things by identifier and by number. Ten million memberships name a million people: a number is four
//! bytes and finds its thing at once, where a text would have to be looked up.

use std::borrow::Borrow;
use std::sync::Arc;

use countersign_directory::Set;
use imbl::{OrdMap, Vector};

use super::candidates::behind;
use super::roll::Roll;

/// Stands for an identifier in the lists of others, and is never given to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Number(u32);

/// What bears an identifier.
pub(super) struct Entry<K, T> {
    pub(super) id: K,
    /// Nothing where it is gone and only others still name it.
    pub(super) thing: Option<Arc<T>>,
    /// What it is tied to, by the numbers of another register.
    pub(super) ties: Set<Number>,
}

/// Things of one kind.
pub(crate) struct Register<K, T> {
    by_id: OrdMap<K, Number>,
    by_number: Vector<Arc<Entry<K, T>>>,
    /// Numbers below this one were given in the order of the identifiers.
    in_order: Number,
}

impl<K, T> std::fmt::Debug for Register<K, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries = self.by_number.len();
        f.debug_struct("Register")
            .field("entries", &entries)
            .finish_non_exhaustive()
    }
}

impl<K: Clone, T> Clone for Entry<K, T> {
    fn clone(&self) -> Self {
        Self {
            id: self.id.clone(),
            thing: self.thing.clone(),
            ties: self.ties.clone(),
        }
    }
}

impl<K: Clone, T> Clone for Register<K, T> {
    fn clone(&self) -> Self {
        Self {
            by_id: self.by_id.clone(),
            by_number: self.by_number.clone(),
            in_order: self.in_order,
        }
    }
}

impl<K, T> Default for Register<K, T> {
    fn default() -> Self {
        Self {
            by_id: OrdMap::new(),
            by_number: Vector::new(),
            in_order: Number(0),
        }
    }
}

impl Number {
    /// The number of what is at a place of a list.
    pub(super) fn of_place(place: usize) -> Self {
        Self(place as u32)
    }

    /// The place in the list.
    pub(super) fn place(self) -> usize {
        self.0 as usize
    }
}

impl<K: Ord + Clone + Borrow<str>, T> Register<K, T> {
    /// Registers what comes in the order of identifiers.
    pub(super) fn in_order(entries: impl Iterator<Item = (K, Arc<T>, Set<Number>)>) -> Self {
        let mut register = Self::default();
        for (id, thing, ties) in entries {
            let number = register.next();
            register.by_id.insert(id.clone(), number);
            let thing = Some(thing);
            register.by_number.push_back(Arc::new(Entry { id, thing, ties }));
        }
        register.in_order = register.next();
        register
    }

    fn next(&self) -> Number {
        Number::of_place(self.by_number.len())
    }

    /// The number of an identifier that was ever named.
    pub(super) fn number(&self, id: &str) -> Option<Number> {
        self.by_id.get(id).copied()
    }

    /// What a number stands for.
    pub(super) fn at(&self, number: Number) -> Option<&Entry<K, T>> {
        self.by_number.get(number.place()).map(AsRef::as_ref)
    }

    /// Whether a number was given after the first ones, which are in the order of the identifiers.
    pub(super) fn is_late(&self, number: Number) -> bool {
        self.in_order <= number
    }

    /// The thing of that identifier.
    pub(super) fn get(&self, id: &str) -> Option<&Arc<T>> {
        self.get_key_value(id).map(|(_, thing)| thing)
    }

    /// The thing with its identifier.
    pub(super) fn get_key_value(&self, id: &str) -> Option<(&K, &Arc<T>)> {
        self.at(self.number(id)?).and_then(Entry::present)
    }

    /// All things, by identifier.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &Arc<T>)> {
        self.present(self.by_id.values())
    }

    /// All identifiers of things, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(id, _)| id)
    }

    /// The things whose identifiers are behind `after`.
    pub(super) fn after<'a>(
        &'a self,
        after: &str,
    ) -> impl Iterator<Item = (&'a K, &'a Arc<T>)> + use<'a, K, T> {
        let numbers = self
            .by_id
            .range::<_, str>(behind(after))
            .map(|(_, number)| number);
        self.present(numbers)
    }

    fn present<'a>(
        &'a self,
        numbers: impl Iterator<Item = &'a Number>,
    ) -> impl Iterator<Item = (&'a K, &'a Arc<T>)> {
        numbers.filter_map(|number| self.at(*number)?.present())
    }

    /// What the thing of that identifier is tied to in `others`.
    pub(super) fn tied<'a, L, U>(&'a self, id: &str, others: &'a Register<L, U>) -> Roll<'a, L, U> {
        let entry = self.number(id).and_then(|number| self.at(number));
        let ties = entry.map(|entry| entry.ties.as_slice());
        Roll::new(others, ties.unwrap_or_default())
    }

    /// The thing of that identifier, and what it is tied to.
    pub(super) fn get_tied<'a, L, U>(
        &'a self,
        id: &str,
        others: &'a Register<L, U>,
    ) -> Option<(&'a Arc<T>, Roll<'a, L, U>)> {
        let entry = self.at(self.number(id)?)?;
        Some((entry.thing.as_ref()?, Roll::new(others, entry.ties.as_slice())))
    }

    /// The number of an identifier, given now if it has none.
    pub(super) fn name(&mut self, id: &K) -> Number {
        if let Some(number) = self.number(id.borrow()) {
            return number;
        }
        let number = self.next();
        self.by_id.insert(id.clone(), number);
        self.by_number.push_back(Arc::new(Entry {
            id: id.clone(),
            thing: None,
            ties: Set::default(),
        }));
        number
    }

    /// Puts a thing in place of what it was; its ties stay.
    pub(super) fn put(&mut self, id: &K, thing: Arc<T>) -> Number {
        let number = self.name(id);
        self.change(number, |entry| entry.thing = Some(thing));
        number
    }

    /// Takes a thing away; its ties stay.
    pub(super) fn remove(&mut self, id: &str) -> Option<Number> {
        let number = self.number(id)?;
        let mut gone = None;
        self.change(number, |entry| gone = entry.thing.take());
        gone.map(|_| number)
    }

    /// Ties a thing to one of another register.
    pub(super) fn tie(&mut self, number: Number, other: Number) {
        self.change(number, |entry| entry.ties = entry.ties.with(other));
    }

    /// Unties it.
    pub(super) fn untie(&mut self, number: Number, other: Number) {
        self.change(number, |entry| entry.ties = entry.ties.without(&other));
    }

    /// Ties it to these and nothing else; says to what it was tied before.
    pub(super) fn retie(&mut self, number: Number, others: Set<Number>) -> Set<Number> {
        let mut before = others;
        self.change(number, |entry| std::mem::swap(&mut entry.ties, &mut before));
        before
    }

    fn change(&mut self, number: Number, change: impl FnOnce(&mut Entry<K, T>)) {
        if let Some(entry) = self.by_number.get_mut(number.place()) {
            change(Arc::make_mut(entry));
        }
    }
}

impl<K, T> Entry<K, T> {
    fn present(&self) -> Option<(&K, &Arc<T>)> {
        Some((&self.id, self.thing.as_ref()?))
    }
}
