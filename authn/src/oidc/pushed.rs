// SPDX-License-Identifier: Apache-2.0
//! Pushed authorization requests (RFC 9126): a client hands its request over itself and gets a name for it,
//! good for a minute, once, and for this client alone.

use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use sqlx::AnyConnection;

use super::client::Client;
use super::parameters::Parameters;
use crate::secret::Secret;
use crate::store::{StoreError, pushed_requests};

/// How long a pushed request can be used.
pub const LIFETIME: TimeDelta = TimeDelta::seconds(60);
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// Parameters that prove who the client is; they are no part of what it asks for.
const PROOFS: [&str; 3] = ["client_assertion", "client_assertion_type", "client_secret"];

/// Keeps a request that [`super::authorize::check_pushed`] let through; returns its `request_uri`.
pub async fn keep(
    parameters: &Parameters,
    client: &Client,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<String, StoreError> {
    let name = Secret::generate(rng);
    let text = parameters.text_without(&PROOFS);
    pushed_requests::insert(&name.hash(), &client.record.id, &text, now + LIFETIME, db).await?;
    Ok(format!("{PREFIX}{}", name.expose()))
}

/// The request that was pushed under this name by this client, once. Commit.
pub async fn take(
    request_uri: &str,
    client: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Parameters>, StoreError> {
    let Some(name) = request_uri.strip_prefix(PREFIX).and_then(Secret::presented) else {
        return Ok(None);
    };
    let text = pushed_requests::take(&name.hash(), client, now, db).await?;
    Ok(text.map(|text| Parameters::read(&text)))
}
