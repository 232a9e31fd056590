// SPDX-License-Identifier: Apache-2.0
//! Introspection (RFC 7662): unknown, expired, revoked and foreign tokens all look alike.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::access_token::AccessToken;
use super::client::Client;
use crate::secret::Sealer;
use crate::session::Session;
use crate::store::{StoreError, refresh_families, sessions};

/// The live session of a person's token; `None` when it was revoked or the session is over. Whoever asks
/// has seen the token: the pair that it came with is in use.
pub async fn session_of(
    token: &AccessToken,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Session>, StoreError> {
    let Some((session, unseen)) = sessions::of_token(&token.id, db).await? else {
        return Ok(None);
    };
    if !session.is_live(now) {
        return Ok(None);
    }
    if unseen {
        refresh_families::mark_used(&token.id, db).await?;
    }
    Ok(Some(session))
}

/// The answer for `caller`, who has authenticated.
pub async fn answer(
    text: &str,
    caller: &Client,
    issuer: &str,
    sealer: &Sealer,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Value, StoreError> {
    let inactive = json!({ "active": false });
    let Some(token) = AccessToken::open(text, sealer, now) else {
        return Ok(inactive);
    };
    if !caller.record.may_introspect(&token.client) {
        return Ok(inactive);
    }
    let mut answer = json!({
        "active": true,
        "iss": issuer,
        "client_id": token.client,
        "aud": token.client,
        "scope": token.scope,
        "iat": token.issued_at,
        "exp": token.expires_at,
        "token_type": "Bearer",
    });
    if let (Some(cnf), Value::Object(members)) = (&token.cnf, &mut answer) {
        members.insert("cnf".into(), json!({ "x5t#S256": cnf }));
    }
    if let Some(bearer) = &token.person {
        let Some(session) = session_of(&token, now, db).await? else {
            return Ok(inactive);
        };
        if let Value::Object(members) = &mut answer {
            members.insert("sub".into(), bearer.sub.as_str().into());
            if caller.record.may_know("profile") {
                members.insert("username".into(), session.person.as_str().into());
            }
            members.insert("sid".into(), bearer.sid.as_str().into());
            members.insert("acr".into(), caller.record.acr_for(&[], bearer.level).into());
            members.insert("amr".into(), json!(bearer.methods));
            members.insert("auth_time".into(), bearer.auth_time.timestamp().into());
        }
    }
    Ok(answer)
}
