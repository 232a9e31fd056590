// SPDX-License-Identifier: Apache-2.0
//! `countersign serve`.

use std::net::TcpListener;

use clap::Args;

use super::opened::{Store, outside};
use super::{Failure, block_on};
use crate::app::App;
use crate::{http, jobs, listen, telemetry};

/// Serve sign-in, decisions and administration.
#[derive(Args, Debug)]
pub struct Serve {
    #[command(flatten)]
    store: Store,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        telemetry::start("info");
        block_on(async move {
            let app = self.store.open().await?;
            let listener = listen::bind(&app.config.listen).map_err(outside)?;
            tracing::info!(issuer = %app.config.issuer, "serving");
            run(app, listener).await
        })
    }
}

/// Serves until asked to stop; what is in the journal then goes into the tree.
pub(super) async fn run(app: App, listener: TcpListener) -> Result<(), Failure> {
    jobs::start(&app);
    crate::cards::listener::start(&app).map_err(outside)?;
    let served = listen::serve(&app.config.listen, listener, http::router(app.clone())).await;
    app.keep_activity().await.map_err(outside)?;
    app.drain().await.map_err(outside)?;
    served.map_err(outside)
}
