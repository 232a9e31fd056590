// SPDX-License-Identifier: Apache-2.0
//! Logs go to standard error; standard output belongs to commands.

use tracing_subscriber::EnvFilter;

/// Starts logging. `filter` is in `tracing`'s directive form, e.g. `info,countersign=debug`.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // A second start (tests in one process) finds a subscriber in place; the first one stays.
    let _already_started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
