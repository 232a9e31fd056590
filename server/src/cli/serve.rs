// SPDX-License-Identifier: Apache-2.0
//! `countersign serve`.

use std::net::TcpListener;

use axum::Router;
use clap::Args;
use rustls::ServerConfig;

use super::opened::{Store, outside};
use super::{Failure, block_on};
use crate::app::App;
use crate::config::Config;
use crate::{http, jobs, listen, machine_listener, machines, telemetry};

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
            app.retire_unnamed().await?;
            let listener = listen::bind(&app.config.listen).map_err(outside)?;
            tracing::info!(issuer = %app.config.issuer, "serving");
            run(app, listener).await
        })
    }
}

/// Serves until asked to stop; what is in the journal then goes into the tree.
pub(super) async fn run(app: App, listener: TcpListener) -> Result<(), Failure> {
    jobs::start(&app);
    let router = http::router(app.clone());
    if let Some(bound) = for_machines(&app.config)? {
        tokio::spawn(serve_machines(bound, router.clone()));
    }
    crate::cards::listener::start(&app).map_err(outside)?;
    crate::devices::start(&app).map_err(outside)?;
    let served = listen::serve(&app.config.listen, listener, router).await;
    app.keep_activity().await.map_err(outside)?;
    app.drain().await.map_err(outside)?;
    served.map_err(outside)
}

/// The listener for programs with certificates, bound before anything is served.
fn for_machines(config: &Config) -> Result<Option<(TcpListener, ServerConfig)>, Failure> {
    let Some(address) = config.machines.listen else {
        return Ok(None);
    };
    let own = config
        .machines
        .tls_certificate
        .as_ref()
        .zip(config.machines.tls_key.as_ref());
    let Some((chain, key)) = own.or(config.listen.tls()) else {
        return Err(Failure::Input(
            "configuration key `machines.tls_certificate`: the listener for programs needs a certificate"
                .into(),
        ));
    };
    let tls = machines::config(chain, key).map_err(|fault| Failure::Input(fault.to_string()))?;
    let listener = listen::bind_to(address).map_err(outside)?;
    Ok(Some((listener, tls)))
}

async fn serve_machines((listener, tls): (TcpListener, ServerConfig), router: Router) {
    let handle = listen::stopped_when_asked();
    if let Err(fault) = machine_listener::serve(listener, tls, router, handle).await {
        tracing::error!(error = %fault, "programs with certificates are not served any more");
    }
}
