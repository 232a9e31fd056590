// SPDX-License-Identifier: Apache-2.0
//! The one HTTP client. Nothing is called unless it is configured (back-channel logout addresses
//! of registered clients, homeservers of the Matrix federation); no redirects are followed, every call has a time limit.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::redirect::Policy;

/// The client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("the outbound client cannot start: {0}")]
pub struct OutboundError(#[from] reqwest::Error);

/// A client with the limits of this house.
pub fn client() -> Result<reqwest::Client, OutboundError> {
    Ok(limited().build()?)
}

/// A client that also trusts the authorities of a PEM file.
pub fn client_trusting(authorities: Option<&[u8]>) -> Result<reqwest::Client, OutboundError> {
    let authorities = authorities
        .map(reqwest::Certificate::from_pem_bundle)
        .transpose()?;
    Ok(limited()
        .tls_certs_merge(authorities.unwrap_or_default())
        .build()?)
}

/// A client that also trusts the authorities of a PEM file, and knows `host` by these addresses alone.
pub(crate) fn client_to(
    authorities: Option<&[u8]>,
    host: &str,
    addresses: &[SocketAddr],
) -> Result<reqwest::Client, OutboundError> {
    let authorities = authorities
        .map(reqwest::Certificate::from_pem_bundle)
        .transpose()?;
    Ok(limited()
        .tls_certs_merge(authorities.unwrap_or_default())
        .resolve_to_addrs(host, addresses)
        .build()?)
}

/// The innermost cause: those around it say only that something went wrong.
pub fn innermost(fault: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = fault;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn limited() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(10))
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
}
