// SPDX-License-Identifier: Apache-2.0
//! What is wrong and stops nothing, as this process knows it: for the log once, and for `/readyz`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What is wrong. Counters only grow while the process lives.
#[derive(Debug, Default)]
pub struct Alarms {
    fork: AtomicBool,
    damages: AtomicU64,
    models_late: AtomicBool,
    policies_differ: AtomicBool,
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

    /// Whether the list of authenticator models is past its date.
    pub(crate) fn models_late(&self, late: bool) {
        self.models_late.store(late, Ordering::SeqCst);
    }

    /// Compiled policies were found to differ from Cedar; true the first time.
    pub(crate) fn policies_differ(&self) -> bool {
        !self.policies_differ.swap(true, Ordering::SeqCst)
    }

    /// Each in a line, for whoever watches over this process.
    pub fn told(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.fork.load(Ordering::SeqCst) {
            lines.push("the record does not continue its last checkpoint".to_owned());
        }
        if self.models_late.load(Ordering::SeqCst) {
            lines.push("the passkey metadata is past its date: import a newer file".to_owned());
        }
        if self.policies_differ.load(Ordering::SeqCst) {
            lines.push(
                "compiled policies differ from Cedar, which alone decides until the next start".to_owned(),
            );
        }
        match self.damages.load(Ordering::SeqCst) {
            0 => {}
            1 => lines.push("a journal does not fit in one place".to_owned()),
            many => lines.push(format!("journals do not fit in {many} places")),
        }
        lines
    }
}
