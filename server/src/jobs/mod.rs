// SPDX-License-Identifier: Apache-2.0
//! What runs later, or again. Each job survives being run twice and only calls a room; tests drain
//! them by hand.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::app::{App, House};
use crate::revocation::Lists;

mod activity;
mod checkpoint;
pub mod clock;
mod drain;
mod expiry;
pub mod key_rotation;
mod logout;
mod metadata_ends;
pub mod metadata_files;
mod models;
mod notices;
mod policies;
mod refused_messages;
mod reviews;
pub mod saml_metadata;
mod sweep;

type JobError = Box<dyn std::error::Error + Send + Sync>;
type Run = fn(App) -> BoxFuture<'static, Result<(), JobError>>;

/// Starts all jobs. They end with the runtime.
pub fn start(app: &App) {
    every(app, "clock", Duration::from_secs(1), |app| {
        async move {
            let steady = chrono::TimeDelta::from_std(app.started.elapsed()).unwrap_or_default();
            let clock = app.clock.shown();
            Ok(app.watch_clock(clock::Reading { clock, steady }).await?)
        }
        .boxed()
    });
    every(app, "tail", Duration::from_millis(150), |app| {
        async move { Ok(app.follow().await?) }.boxed()
    });
    every(app, "drain", Duration::from_millis(150), |app| {
        async move { on_a_thread_of_its_own(app).await }.boxed()
    });
    every(app, "checkpoint", Duration::from_secs(1), |app| {
        async move { Ok(app.keep_signing().await?) }.boxed()
    });
    every(app, "policies", Duration::from_secs(1), |app| {
        async move {
            app.watch_policies();
            Ok(())
        }
        .boxed()
    });
    every(app, "logout", Duration::from_millis(100), |app| {
        async move { Ok(app.begin_logouts().await?) }.boxed()
    });
    every(app, "models", Duration::from_secs(5), |app| {
        async move { Ok(app.follow_models().await?) }.boxed()
    });
    every(app, "notices", Duration::from_secs(1), |app| {
        async move { Ok(app.send_notices().await?) }.boxed()
    });
    every(app, "expiry", Duration::from_secs(1), |app| {
        async move { Ok(app.note_expiries().await?) }.boxed()
    });
    every(app, "activity", Duration::from_secs(5), |app| {
        async move { Ok(app.keep_activity().await?) }.boxed()
    });
    every(app, "key_rotation", Duration::from_mins(10), |app| {
        async move { Ok(app.rotate_keys().await?) }.boxed()
    });
    every(app, "directories", Duration::from_secs(1), |app| {
        async move {
            app.synchronise_directories().await?;
            Ok(())
        }
        .boxed()
    });
    every(app, "refused_messages", Duration::from_mins(1), |app| {
        async move { Ok(app.note_refused_messages().await?) }.boxed()
    });
    every(app, "reviews", Duration::from_mins(1), |app| {
        async move { Ok(app.note_overdue_reviews().await?) }.boxed()
    });
    if app.traces.are_on() {
        every(app, "traces", Duration::from_secs(1), |app| {
            async move { Ok(app.send_traces().await?) }.boxed()
        });
    }
    every(app, "saml_metadata", Duration::from_mins(1), |app| {
        async move { Ok(app.follow_saml_metadata().await?) }.boxed()
    });
    every(app, "metadata_files", Duration::from_mins(1), |app| {
        async move { Ok(app.follow_metadata_files().await?) }.boxed()
    });
    every(app, "metadata_ends", Duration::from_mins(10), |app| {
        async move { Ok(app.warn_of_metadata_ends().await?) }.boxed()
    });
    every(app, "sweep", Duration::from_mins(10), |app| {
        async move { Ok(app.sweep().await?) }.boxed()
    });
    start_lists(app);
}

/// Revocation lists: each folder as often as is configured, addresses once a minute.
fn start_lists(app: &App) {
    let pause = |seconds: u64| Duration::from_secs(seconds.max(1));
    if let Some(config) = &app.config.cards {
        every(app, "card_lists", pause(config.crl_reload_seconds), |app| {
            async move {
                look(app.clone(), |house| house.cards.as_ref().map(|desk| &desk.lists)).await?;
                Ok(app.end_cancelled_cards().await?)
            }
            .boxed()
        });
        every(app, "revocation_addresses", Duration::from_mins(1), |app| {
            async move {
                app.fetch_lists().await;
                Ok(app.end_cancelled_cards().await?)
            }
            .boxed()
        });
    }
    if let Some(config) = &app.config.devices {
        every(app, "device_lists", pause(config.crl_reload_seconds), |app| {
            look(app, |house| house.devices.as_ref().map(|desk| &desk.lists)).boxed()
        });
    }
    if app.machines.is_some() {
        let seconds = app.config.machines.crl_reload_seconds;
        every(app, "machine_lists", pause(seconds), |app| {
            look(app, |house| house.machines.as_ref().map(|desk| &desk.lists)).boxed()
        });
    }
}

async fn look(app: App, lists: fn(&House) -> Option<&Lists>) -> Result<(), JobError> {
    if let Some(lists) = lists(&app) {
        lists.look(app.now()).await;
    }
    Ok(())
}

fn every(app: &App, name: &'static str, pause: Duration, run: Run) {
    let app = app.clone();
    tokio::spawn(async move {
        let mut failing = false;
        loop {
            match run(app.clone()).await {
                Ok(()) => failing = false,
                Err(fault) if failing => {
                    tracing::debug!(job = name, error = %fault, "still failing");
                }
                Err(fault) => {
                    failing = true;
                    tracing::error!(job = name, error = %fault, "a job failed and will run again");
                }
            }
            tokio::time::sleep(pause).await;
        }
    });
}

/// Reading and hashing a journal would hold up the answers of the thread that does it.
async fn on_a_thread_of_its_own(app: App) -> Result<(), JobError> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(app.drain_beside_answering())).await??;
    Ok(())
}
