// SPDX-License-Identifier: Apache-2.0
//! What is wrong with the record, as this process knows it: for the log once, and for `/readyz`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What is wrong. Counters only grow while the process lives.
#[derive(Debug, Default)]
pub struct Alarms {
    fork: AtomicBool,
    damages: AtomicU64,
}

impl Alarms {
    /// The stored tree is not the one that was signed; true the first time.
    pub(super) fn fork(&self) -> bool {
        !self.fork.swap(true, Ordering::SeqCst)
    }

    /// So many more places of journals do not fit.
    pub(crate) fn damages(&self, more: u64) {
        self.damages.fetch_add(more, Ordering::SeqCst);
    }

    /// Each in a line, for whoever watches over this process.
    pub fn told(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.fork.load(Ordering::SeqCst) {
            lines.push("the record does not continue its last checkpoint".to_owned());
        }
        match self.damages.load(Ordering::SeqCst) {
            0 => {}
            1 => lines.push("a journal does not fit in one place".to_owned()),
            many => lines.push(format!("journals do not fit in {many} places")),
        }
        lines
    }
}
