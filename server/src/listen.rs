// SPDX-License-Identifier: Apache-2.0
//! Binds the listener and serves until told to stop: plain HTTP on loopback for development, TLS
//! otherwise. Requests under way are finished first.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;

use crate::config::listen::Listen;

/// The listener cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else has the port, or we may not.
    #[error("cannot listen on {address}: {cause}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The certificate or key cannot be used.
    #[error("the TLS certificate or key cannot be used: {0}")]
    Tls(std::io::Error),
    /// Serving ended in a fault.
    #[error("serving ended: {0}")]
    Serve(std::io::Error),
}

/// Plain HTTP on this port of the loopback address; 0 takes a free one.
pub fn on_localhost(port: u16) -> Listen {
    Listen {
        address: SocketAddr::from(([127, 0, 0, 1], port)),
        ..Listen::default()
    }
}

/// Binds the configured address; port 0 takes a free one.
pub fn bind(listen: &Listen) -> Result<TcpListener, ListenError> {
    bind_to(listen.address)
}

/// Binds an address.
pub fn bind_to(address: SocketAddr) -> Result<TcpListener, ListenError> {
    let fault = |cause| ListenError::Bind { address, cause };
    let listener = TcpListener::bind(address).map_err(fault)?;
    listener.set_nonblocking(true).map_err(fault)?;
    Ok(listener)
}

/// Serves `router` on `listener` until the process is asked to stop (SIGINT, SIGTERM).
pub async fn serve(listen: &Listen, listener: TcpListener, router: Router) -> Result<(), ListenError> {
    let handle = stopped_when_asked();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match listen.tls() {
        None => impatient(axum_server::from_tcp(listener).map_err(ListenError::Serve)?)
            .handle(handle)
            .serve(service)
            .await
            .map_err(ListenError::Serve),
        Some((certificate, key)) => {
            let tls = RustlsConfig::from_pem_file(certificate, key)
                .await
                .map_err(ListenError::Tls)?;
            impatient(axum_server::from_tcp_rustls(listener, tls).map_err(ListenError::Serve)?)
                .handle(handle)
                .serve(service)
                .await
                .map_err(ListenError::Serve)
        }
    }
}

/// How long a client may take to say what it wants, from one request to the next as well.
const HEADERS: Duration = Duration::from_secs(30);

/// A server that hangs up on clients which say what they want drop by drop: each would hold a connection for
/// as long as it likes. One that never says a word, where two versions of HTTP are spoken, is not seen here: it
/// is let be until it has said which.
pub(crate) fn impatient<A>(mut server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let builder = server.http_builder();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEADERS)
        .keep_alive_timeout(HEADERS);
    server
}

/// How long requests under way may take to finish. Open streams are cut after it.
const GRACE: Duration = Duration::from_secs(2);

/// A handle that says stop when the process is asked to.
pub fn stopped_when_asked() -> Handle<SocketAddr> {
    let handle = Handle::new();
    tokio::spawn(stop_when_asked(handle.clone()));
    handle
}

async fn stop_when_asked(handle: Handle<SocketAddr>) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            // Without a handler the signal ends the process anyway.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    tracing::info!("stopping");
    handle.graceful_shutdown(Some(GRACE));
}
