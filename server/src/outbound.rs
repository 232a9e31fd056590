// SPDX-License-Identifier: Apache-2.0
//! The one HTTP client. Nothing is called unless it is configured (back-channel logout addresses
//! of registered clients, homeservers of the Matrix federation); no redirects are followed, every call has a time limit.

use std::time::Duration;

use reqwest::redirect::Policy;

/// The client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("the outbound client cannot start: {0}")]
pub struct OutboundError(#[from] reqwest::Error);

/// A client with the limits of this house.
pub fn client() -> Result<reqwest::Client, OutboundError> {
    client_trusting(Vec::new())
}

/// As [`client`], trusting these authorities too.
pub fn client_trusting(more: Vec<reqwest::Certificate>) -> Result<reqwest::Client, OutboundError> {
    Ok(reqwest::Client::builder()
        .tls_certs_merge(more)
        .redirect(Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(10))
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .build()?)
}
