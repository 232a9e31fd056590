// SPDX-License-Identifier: Apache-2.0
//! The thread that syncs the journal: one sync serves everyone who waited for it.

use std::sync::{Arc, PoisonError};
use std::thread::{Builder, JoinHandle};

use tokio::sync::watch;

use super::{JournalError, Shared, Synced};

/// Starts the thread; it ends when the journal is closing and everything is synced, or at the first
/// sync that fails. What a failed sync has lost is unknown, so nothing is appended after it.
pub(super) fn start(
    shared: Arc<Shared>,
    tell: watch::Sender<Synced>,
) -> Result<JoinHandle<()>, JournalError> {
    let name = "journal-sync".to_owned();
    Builder::new()
        .name(name)
        .spawn(move || run(&shared, &tell))
        .map_err(|cause| JournalError::System {
            path: "(a thread to sync the journal)".to_owned(),
            cause,
        })
}

fn run(shared: &Shared, tell: &watch::Sender<Synced>) {
    let mut done = 0;
    loop {
        let mut writer = shared.lock();
        while writer.next - 1 == done && !writer.closing {
            writer = shared
                .written
                .wait(writer)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let last = writer.next - 1;
        if last == done {
            return;
        }
        let (file, head) = (Arc::clone(&writer.file), Arc::clone(&writer.head));
        drop(writer);
        if file.sync_data().is_err() {
            shared.lock().broken = true;
            tell.send_replace(Synced {
                up_to: done,
                failed: true,
            });
            return;
        }
        done = last;
        // Before anybody who waited goes on: what was answered is noted.
        head.note(done);
        tell.send_replace(Synced {
            up_to: done,
            failed: false,
        });
    }
}
