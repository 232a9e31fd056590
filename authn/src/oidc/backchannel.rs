// SPDX-License-Identifier: Apache-2.0
//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): the token that tells a client that
//! a session is over, and what becomes of the message that carries it.
//!
//! Server takes [`crate::store::outbox::claim`], posts [`token`], and reports here how it went.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::{Change, Noun};
use serde_json::json;
use sqlx::AnyConnection;

use super::client::Client;
use super::jws;
use super::keys::{KeyRing, SigningError};
use crate::happened::Happened;
use crate::session::Sid;
use crate::store::outbox::{self, Notice};
use crate::store::{StoreError, sessions};

const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// The logout token (section 2.4): with `sid` and `sub`, never with a nonce. Signed when it is sent,
/// so that a message that waited is not stale.
pub fn token(
    notice: &Notice,
    client: &Client,
    issuer: &str,
    keys: &KeyRing,
    now: DateTime<Utc>,
) -> Result<String, SigningError> {
    let claims = json!({
        "iss": issuer,
        "aud": notice.client,
        "iat": now.timestamp(),
        "exp": (now + TimeDelta::minutes(2)).timestamp(),
        "jti": notice.id,
        "sub": notice.sub,
        "sid": notice.sid,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    jws::sign(keys, client.record.id_token_algorithm, "logout+jwt", &claims, now)
}

/// The client took the message: it knows that the session is over.
pub async fn delivered(
    notice: &Notice,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    outbox::delivered(&notice.id, now, db).await?;
    if let Some(session) = sessions::confirm_end(&notice.sid, now, db).await? {
        log.change(Change::put(Noun::Session, session.as_str()));
    }
    Ok(())
}

/// The client of this session knows already, by another way.
pub async fn no_need(sid: &Sid, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    for notice in outbox::of_session(sid, db).await? {
        outbox::delivered(&notice.id, now, db).await?;
    }
    sessions::confirm_end(sid, now, db).await?;
    Ok(())
}

/// The client did not: try again after 1, 2, 4 … seconds, at most 15 minutes.
pub async fn failed(
    notice: &Notice,
    error: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let doublings = u32::try_from(notice.attempts).unwrap_or_default().min(16);
    let pause = TimeDelta::seconds(1_i64 << doublings).min(LONGEST_PAUSE);
    outbox::failed(&notice.id, error, now + pause, db).await
}
