// SPDX-License-Identifier: Apache-2.0
//! What runs later, or again. Each job survives being run twice and only calls a room; tests drain
//! them by hand.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::app::App;

mod activity;
mod checkpoint;
pub mod clock;
mod drain;
mod expiry;
pub mod key_rotation;
mod logout;
mod models;
mod notices;
mod policies;
mod reviews;
mod saml_metadata;
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
        async move { Ok(app.catch_up().await.map(drop)?) }.boxed()
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
        async move { Ok(app.synchronise_directories().await?) }.boxed()
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
    every(app, "sweep", Duration::from_mins(10), |app| {
        async move { Ok(app.sweep().await?) }.boxed()
    });
    start_devices(app);
    start_cards(app);
}

/// Revocation lists: the folder as often as is configured, addresses once a minute.
fn start_cards(app: &App) {
    let Some(cards) = &app.config.cards else { return };
    let pause = Duration::from_secs(cards.crl_reload_seconds.max(1));
    every(app, "revocation_lists", pause, |app| {
        async move {
            app.read_lists().await;
            Ok(())
        }
        .boxed()
    });
    every(app, "revocation_addresses", Duration::from_mins(1), |app| {
        async move {
            app.fetch_lists().await;
            Ok(())
        }
        .boxed()
    });
}

/// Revocation lists about devices.
fn start_devices(app: &App) {
    let Some(devices) = &app.config.devices else {
        return;
    };
    let pause = Duration::from_secs(devices.crl_reload_seconds.max(1));
    every(app, "device_revocation_lists", pause, |app| {
        async move {
            app.read_device_lists().await;
            Ok(())
        }
        .boxed()
    });
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
