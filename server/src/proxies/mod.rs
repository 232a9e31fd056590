// SPDX-License-Identifier: Apache-2.0
//! Proxies that end TLS in front of the card host or the device host. Each comes from an address of the list and
//! proves itself: by a certificate of its own, by a secret, or by both where both are configured. Only then is
//! read what it says that it saw.

use std::net::{IpAddr, SocketAddr, TcpListener};

use authn::factor::card::Presented;
use axum::Router;
use countersign_authn as authn;
use http::HeaderMap;
use rustls::ServerConfig;
use secrecy::{ExposeSecret, SecretString};

use crate::app::{App, House};
use crate::cards::{CardsError, listener};
use crate::config::proxy::Proxy;
use crate::listen::{ListenError, bind_to, impatient, stopped_when_asked};
use crate::machine_listener;
use crate::machines::{Desk, PeerCertificate};

pub mod headers;

use headers::BadHeaders;

const SHORTEST_SECRET: usize = 32;

/// The proxies of one host.
#[derive(Debug)]
pub struct Proxies {
    peers: Vec<IpAddr>,
    names: Vec<String>,
    secret: Option<SecretString>,
}

impl Proxies {
    /// As the configuration says.
    pub fn open(config: &Proxy) -> Result<Self, CardsError> {
        let secret = match (&config.secret, &config.secret_file) {
            (None, None) => None,
            (Some(secret), _) => Some(secret.clone()),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file).map_err(|cause| CardsError::File {
                    file: file.display().to_string(),
                    cause,
                })?;
                Some(SecretString::from(text.trim()))
            }
        };
        let is_short = |secret: &SecretString| secret.expose_secret().len() < SHORTEST_SECRET;
        if secret.as_ref().is_some_and(is_short) || secret.is_none() && config.names.is_empty() {
            return Err(CardsError::Secret);
        }
        Ok(Self {
            peers: config.peers.clone(),
            names: config.names.clone(),
            secret,
        })
    }
}

impl House {
    /// What a browser presented to a proxy of ours, as that one says.
    pub(crate) fn told_by_proxy(
        &self,
        proxies: &Proxies,
        peer: Option<IpAddr>,
        certificate: Option<&PeerCertificate>,
        headers: &HeaderMap,
    ) -> Result<Presented, BadHeaders> {
        if !peer.is_some_and(|peer| proxies.peers.contains(&peer.to_canonical())) {
            return Err(BadHeaders::Unproven);
        }
        let is_named = |one: &PeerCertificate| proxies.names.iter().any(|name| self.is_program(one, name));
        if !proxies.names.is_empty() && !certificate.is_some_and(is_named) {
            return Err(BadHeaders::Unproven);
        }
        if let Some(secret) = &proxies.secret {
            headers::proven(headers, secret)?;
        }
        headers::presented(headers)
    }
}

/// Binds the listener for proxies of a host and serves it in the background.
pub fn start(app: &App, config: &Proxy, router: Router) -> Result<(), ListenError> {
    // What cannot be served is said before anything is.
    let tls = tls(app, config)?;
    let listener = bind_to(config.address)?;
    tokio::spawn(async move {
        if let Err(fault) = serve_with(tls, listener, router).await {
            tracing::error!(error = %fault, "proxies are not served any more");
        }
    });
    Ok(())
}

/// Serves proxies on `listener` until the process is asked to stop.
pub async fn serve(
    app: &App,
    config: &Proxy,
    listener: TcpListener,
    router: Router,
) -> Result<(), ListenError> {
    serve_with(tls(app, config)?, listener, router).await
}

fn tls(app: &App, config: &Proxy) -> Result<Option<ServerConfig>, ListenError> {
    let hints = app.machines.as_ref().map(Desk::hints).unwrap_or_default();
    let tls = config
        .tls()
        .map(|(certificate, key)| listener::config(hints, certificate, key));
    tls.transpose().map_err(ListenError::Tls)
}

async fn serve_with(
    tls: Option<ServerConfig>,
    listener: TcpListener,
    router: Router,
) -> Result<(), ListenError> {
    let Some(tls) = tls else {
        return impatient(axum_server::from_tcp(listener).map_err(ListenError::Serve)?)
            .http1_only()
            .handle(stopped_when_asked())
            .serve(router.into_make_service_with_connect_info::<SocketAddr>())
            .await
            .map_err(ListenError::Serve);
    };
    machine_listener::serve(listener, tls, router, stopped_when_asked()).await
}
