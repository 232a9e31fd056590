// SPDX-License-Identifier: Apache-2.0
//! The listener for programs with certificates. It serves the same routes as the main one; a request here
//! carries the [`PeerCertificate`] of its connection, and nothing else can put one there.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum::middleware::AddExtension;
use axum::{Extension, Router};
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tower::Layer as _;

use crate::listen::{ListenError, impatient};
use crate::machines::PeerCertificate;

/// Serves `router` on `listener` until `handle` says stop.
pub async fn serve(
    listener: TcpListener,
    config: ServerConfig,
    router: Router,
    handle: Handle<SocketAddr>,
) -> Result<(), ListenError> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let tls = RustlsAcceptor::new(RustlsConfig::from_config(Arc::new(config)));
    let server: Server<SocketAddr> = axum_server::from_tcp(listener).map_err(ListenError::Serve)?;
    impatient(server)
        .acceptor(WithCertificate(tls))
        .handle(handle)
        .serve(service)
        .await
        .map_err(ListenError::Serve)
}

#[derive(Clone, Debug)]
struct WithCertificate(RustlsAcceptor);

impl<I, S> Accept<I, S> for WithCertificate
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Send + 'static,
{
    type Stream = <RustlsAcceptor as Accept<I, S>>::Stream;
    type Service = AddExtension<S, Option<PeerCertificate>>;
    type Future = BoxFuture<'static, std::io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let handshake = self.0.accept(stream, service);
        async move {
            let (stream, service) = handshake.await?;
            let (_, connection) = stream.get_ref();
            let certificate = connection.peer_certificates().and_then(PeerCertificate::of);
            Ok((stream, Extension(certificate).layer(service)))
        }
        .boxed()
    }
}
