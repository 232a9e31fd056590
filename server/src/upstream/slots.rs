// SPDX-License-Identifier: Apache-2.0
//! What is known of each source, a slot for each. Whoever finds nothing fit in a slot fills it while the others
//! wait for him: however many ask at once, a provider is called, or its metadata read, once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_directory::SourceId;

/// What is known of one source, to be looked at and filled by one at a time.
pub(crate) type Slot<T> = Arc<tokio::sync::Mutex<Option<T>>>;

/// A slot for each source.
#[derive(Debug)]
pub(crate) struct Slots<T>(Mutex<HashMap<SourceId, Slot<T>>>);

impl<T> Slots<T> {
    /// The slot of a source.
    pub(crate) fn of(&self, source: &SourceId) -> Slot<T> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(source.clone()).or_default())
    }

    /// Forgets the sources of which `stays` is not true.
    pub(super) fn retain(&self, stays: impl Fn(&SourceId) -> bool) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|source, _| stays(source));
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
