// SPDX-License-Identifier: Apache-2.0
//! A client acts for itself (RFC 6749, section 4.4). No query, no signature: one MAC.

use chrono::{DateTime, Utc};
use rand::CryptoRng;

use super::{Binding, Tokens};
use crate::oidc::access_token::{AccessToken, LIFETIME};
use crate::oidc::client::{Client, Grant};
use crate::oidc::error::{Code, Error};
use crate::secret::{Sealer, random_id};

/// Issues an access token to a client that has authenticated, bound to its certificate where its record
/// says so.
pub fn issue(
    client: &Client,
    sealer: &Sealer,
    certificate: Option<&str>,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> Result<Tokens, Error> {
    if client.is_public() || !client.may(Grant::ClientCredentials) {
        return Err(Error::new(
            Code::UnauthorizedClient,
            "this client may not act for itself",
        ));
    }
    let token = AccessToken {
        id: random_id(rng),
        client: client.record.id.clone(),
        person: None,
        scope: String::new(),
        issued_at: now.timestamp(),
        expires_at: (now + LIFETIME).timestamp(),
        cnf: Binding::of(client, certificate),
    };
    Ok(Tokens {
        access_token: token.seal(sealer),
        token_type: "Bearer",
        expires_in: LIFETIME.num_seconds(),
        scope: String::new(),
        id_token: None,
        refresh_token: None,
    })
}
