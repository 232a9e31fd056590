// SPDX-License-Identifier: Apache-2.0
//! Revocation (RFC 7009): an unknown token is no error, and another client's is never touched.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use crate::oidc::access_token::AccessToken;
use crate::oidc::client::Client;
use crate::secret::Sealer;
use crate::store::{StoreError, tokens};

/// Revokes a token of a client that has authenticated.
pub async fn revoke(
    text: &str,
    client: &Client,
    sealer: &Sealer,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    match AccessToken::open(text, sealer, now) {
        Some(token) => tokens::revoke(&token.id, &client.record.id, now, db).await,
        None => Ok(()),
    }
}
