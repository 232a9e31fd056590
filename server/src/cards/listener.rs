// SPDX-License-Identifier: Apache-2.0
//! The listener that asks for a certificate and takes a connection without one. TLS proves that the
//! browser has the key; whether the certificate is worth anything is judged by the application, so
//! that every trouble reaches a page of ours. Nothing is resumed: no tickets, no stored sessions, no
//! early data.

use std::fs::File;
use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use authn::factor::card::Presented;
use axum::Extension;
use axum::Router;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use countersign_authn as authn;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::{DistinguishedName, ServerConfig};
use tokio::net::TcpStream;
use tower::Layer as _;

use crate::app::App;
use crate::http;
use crate::listen::{ListenError, bind_to, impatient, stopped_when_asked};
use crate::possession::Possession;
use crate::proxies;

/// Serves the card host until the process is asked to stop.
pub async fn serve(
    app: App,
    listener: TcpListener,
    certificate: &Path,
    key: &Path,
) -> Result<(), ListenError> {
    let tls = config(hints(&app), certificate, key).map_err(ListenError::Tls)?;
    serve_with(tls, listener, http::cards::direct(app)).await
}

/// Serves `router` behind a handshake that asks for a certificate, until the process is asked to stop.
pub(crate) async fn serve_with(
    tls: ServerConfig,
    listener: TcpListener,
    router: Router,
) -> Result<(), ListenError> {
    let acceptor = CardAcceptor {
        tls: RustlsAcceptor::new(RustlsConfig::from_config(Arc::new(tls))),
    };
    impatient(axum_server::from_tcp(listener).map_err(ListenError::Serve)?)
        .acceptor(acceptor)
        .http1_only()
        .handle(stopped_when_asked())
        .serve(router.into_make_service_with_connect_info::<SocketAddr>())
        .await
        .map_err(ListenError::Serve)
}

/// Binds what the configuration names and serves it in the background.
pub fn start(app: &App) -> Result<(), ListenError> {
    let Some(cards) = app.config.cards.clone() else {
        return Ok(());
    };
    if let Some((address, certificate, key)) = cards.tls() {
        let (certificate, key) = (certificate.clone(), key.clone());
        config(hints(app), &certificate, &key).map_err(ListenError::Tls)?;
        let listener = bind_to(address)?;
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(fault) = serve(app, listener, &certificate, &key).await {
                tracing::error!(error = %fault, "the card host is not served any more");
            }
        });
    }
    if let Some(proxy) = &cards.proxy {
        proxies::start(app, proxy, http::cards::behind_proxy(app.clone()))?;
    }
    Ok(())
}

/// A handshake that asks for a certificate of one of the authorities called `hints`, and takes a connection
/// without one.
pub(crate) fn config(mut hints: Vec<Vec<u8>>, certificate: &Path, key: &Path) -> io::Result<ServerConfig> {
    hints.sort();
    hints.dedup();
    let unusable =
        |fault: rustls::pki_types::pem::Error| io::Error::new(io::ErrorKind::InvalidData, fault.to_string());
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_reader_iter(BufReader::new(File::open(certificate)?)).collect();
    let key = PrivateKeyDer::from_pem_reader(BufReader::new(File::open(key)?)).map_err(unusable)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Possession {
        hints: hints.into_iter().map(DistinguishedName::from).collect(),
        provider: provider.clone(),
    };
    let invalid = |fault: rustls::Error| io::Error::new(io::ErrorKind::InvalidData, fault);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(invalid)?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(chain.map_err(unusable)?, key)
        .map_err(invalid)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Ok(config)
}

/// The names of all authorities of the configuration, so that the browser's list is short.
fn hints(app: &App) -> Vec<Vec<u8>> {
    let signers = app.cards.iter().flat_map(|desk| desk.lists.signers());
    signers.map(|one| one.subject().der().to_vec()).collect()
}

/// Hands on what the browser presented with each request of a connection.
#[derive(Clone, Debug)]
struct CardAcceptor {
    tls: RustlsAcceptor,
}

type Accepted<S> = (
    <RustlsAcceptor as Accept<TcpStream, S>>::Stream,
    AddExtension<S, Presented>,
);

impl<S: Send + 'static> Accept<TcpStream, S> for CardAcceptor {
    type Stream = <RustlsAcceptor as Accept<TcpStream, S>>::Stream;
    type Service = AddExtension<S, Presented>;
    type Future = Pin<Box<dyn Future<Output = io::Result<Accepted<S>>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepted = self.tls.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
            let chain = certificates.iter().map(|one| one.as_ref().to_vec()).collect();
            let service = Extension(Presented { chain }).layer(service);
            Ok((stream, service))
        })
    }
}
