// SPDX-License-Identifier: Apache-2.0
//! ID tokens (OpenID Connect Core, section 2). `acr` is the verdict, `amr` the evidence; both and
//! `auth_time` speak of the sign-in itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::Person;
use serde_json::{Value, json};

use super::claims;
use super::client::Client;
use super::code::BoundTo;
use crate::secret::sha256;

/// How long an ID token can be relied on.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// What an ID token is made from.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The person's name towards clients.
    pub sub: &'a str,
    /// Her entry in the directory.
    pub person: &'a Person,
    /// What the code was issued for.
    pub grant: &'a BoundTo,
    /// The scopes granted now.
    pub scope: &'a str,
}

/// The claims of an ID token for `client`.
pub fn claims(
    subject: &Subject<'_>,
    client: &Client,
    access_token: &str,
    issuer: &str,
    now: DateTime<Utc>,
) -> Value {
    let grant = subject.grant;
    let mut claims = json!({
        "iss": issuer,
        "sub": subject.sub,
        "aud": client.record.id,
        "exp": (now + LIFETIME).timestamp(),
        "iat": now.timestamp(),
        "auth_time": grant.auth_time.timestamp(),
        "acr": grant.acr,
        "amr": grant.methods,
        "sid": grant.sid,
        "at_hash": at_hash(access_token),
    });
    if let Value::Object(members) = &mut claims {
        if let Some(nonce) = &grant.nonce {
            members.insert("nonce".into(), nonce.as_str().into());
        }
        claims::about(&grant.person, subject.person, subject.scope, members);
    }
    claims
}

/// The left half of the access token's hash (OpenID Connect Core, section 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let hash = sha256(access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.get(..hash.len() / 2).unwrap_or_default())
}
