// SPDX-License-Identifier: Apache-2.0
//! A synchronisation runs in a task of its own: its panic is its own failure and nobody else's.

use tokio::task::{JoinError, JoinSet};

use super::sync::SyncFault;

/// Does some work in a task of its own. It ends with whoever waits for it: what nobody waits for any more is
/// given up where it stands.
pub(super) async fn in_a_task_of_its_own<T: Send + 'static>(
    work: impl Future<Output = Result<T, SyncFault>> + Send + 'static,
) -> Result<T, SyncFault> {
    let mut task = JoinSet::new();
    task.spawn(work);
    match task.join_next().await {
        Some(Ok(outcome)) => outcome,
        Some(Err(fault)) => Err(SyncFault::Panic(said(fault))),
        None => Err(SyncFault::Panic("it never began".to_owned())),
    }
}

/// The words of a panic.
fn said(fault: JoinError) -> String {
    let Ok(panic) = fault.try_into_panic() else {
        return "it was given up".to_owned();
    };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason given".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    async fn panics(with: impl FnOnce() -> u32 + Send + 'static) -> String {
        let done = in_a_task_of_its_own(async move {
            tokio::task::yield_now().await;
            Ok(with())
        });
        done.await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_told_in_its_own_words() {
        let before = "the synchronisation stopped unexpectedly: ";
        assert_eq!(panics(|| panic!("broken")).await, format!("{before}broken"));
        let number = 7;
        assert_eq!(
            panics(move || panic!("broken {number}")).await,
            format!("{before}broken 7")
        );
        assert_eq!(
            panics(|| std::panic::panic_any(7)).await,
            format!("{before}no reason given")
        );
        assert_eq!(in_a_task_of_its_own(async { Ok(7) }).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_given_up() {
        let (has_begun, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let finished = done.clone();
        let begun = has_begun.clone();
        let waited = in_a_task_of_its_own(async move {
            begun.store(true, Ordering::SeqCst);
            std::future::pending::<()>().await;
            finished.store(true, Ordering::SeqCst);
            Ok(())
        });
        tokio::select! {
            biased;
            _ = waited => {}
            () = async { while !has_begun.load(Ordering::SeqCst) { tokio::task::yield_now().await; } } => {}
        }
        tokio::task::yield_now().await;
        assert!(!done.load(Ordering::SeqCst));
        assert_eq!(Arc::strong_count(&done), 1, "its task is gone");
    }
}
