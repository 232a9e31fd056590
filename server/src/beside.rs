// SPDX-License-Identifier: Apache-2.0
//! Work that blocks its thread, beside answering. How much of it goes on at one time is bounded by places, and
//! a place is held by the work, not by whoever asked: he may hang up, and the thread is busy all the same.

use tokio::task::JoinError;

/// Does `work` on a thread of its own, and gives `place` back when it is done.
pub(crate) async fn holding<P, T>(place: P, work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError>
where
    P: Send + 'static,
    T: Send + 'static,
{
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop(place);
        done
    })
    .await
}
