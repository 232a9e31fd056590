// SPDX-License-Identifier: Apache-2.0
//! The logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6), rule by rule. That its `jti` is
//! taken once is for whoever ends the sessions.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::source::Oidc;
use serde_json::Value;

use super::endpoints::object;
use super::keys::{self, Header, Keys, Parts, decode};
use super::{Fault, broken};
use crate::upstream::logout::Ended;

const WHAT: &str = "logout token";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How long ago it may have been made: a source may try for a while before it reaches us.
const FRESH: TimeDelta = TimeDelta::minutes(10);
const LONGEST_NAME: usize = 1024;

/// Whose sessions are over, as a token says that fits.
pub fn verify(token: &str, keys: &Keys, oidc: &Oidc, now: DateTime<Utc>) -> Result<Ended, Fault> {
    let allowed = keys::allowed(&oidc.algorithms);
    let (header, payload) = keys.verify(token, &allowed, WHAT)?;
    judge(&header, &payload, oidc, now)
}

/// Whether it would do if a key of the source had signed it. Nothing is believed of it.
pub fn look(token: &str, oidc: &Oidc, now: DateTime<Utc>) -> Result<(), Fault> {
    let parts = Parts::of(token, WHAT)?;
    let header = parts.header(WHAT)?;
    header.algorithm(&keys::allowed(&oidc.algorithms), WHAT)?;
    judge(&header, &decode(parts.payload, WHAT)?, oidc, now).map(drop)
}

fn judge(header: &Header, payload: &[u8], oidc: &Oidc, now: DateTime<Utc>) -> Result<Ended, Fault> {
    let is_one = |typ: &str| {
        let typ = typ.strip_prefix("application/").unwrap_or(typ);
        typ.eq_ignore_ascii_case("logout+jwt") || typ.eq_ignore_ascii_case("JWT")
    };
    if !header.typ.as_deref().is_none_or(is_one) {
        return Err(broken(WHAT, "its `typ` is that of another kind of token"));
    }
    let claims = object(payload, WHAT)?;
    let skew = TimeDelta::seconds(oidc.skew_seconds.into());
    let text = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() && text.len() <= LONGEST_NAME => Ok(Some(text.clone())),
        Some(_) => Err(broken(WHAT, format!("`{name}` cannot be read"))),
    };
    let moment = |name: &str| {
        let seconds = claims.get(name).and_then(Value::as_i64);
        seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0))
    };
    if claims.get("iss").and_then(Value::as_str) != Some(&oidc.issuer) {
        return Err(broken(WHAT, "`iss`: it is another issuer's"));
    }
    let is_for_us = match claims.get("aud") {
        Some(Value::String(audience)) => *audience == oidc.client_id,
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(&oidc.client_id)),
        _ => false,
    };
    if !is_for_us {
        return Err(broken(WHAT, "`aud`: it is not for us"));
    }
    let issued = moment("iat").ok_or_else(|| broken(WHAT, "`iat` is missing"))?;
    if issued > now + skew || issued < now - FRESH - skew {
        return Err(broken(WHAT, "`iat`: it is not of now"));
    }
    let expires = moment("exp").ok_or_else(|| broken(WHAT, "`exp` is missing"))?;
    if now >= expires + skew {
        return Err(broken(WHAT, "`exp`: it has run out"));
    }
    let message = text("jti")?.ok_or_else(|| broken(WHAT, "`jti` is missing"))?;
    let events = claims.get("events").and_then(Value::as_object);
    if !events.is_some_and(|events| events.get(EVENT).is_some_and(Value::is_object)) {
        return Err(broken(WHAT, "`events` does not say that it is one"));
    }
    if claims.contains_key("nonce") {
        return Err(broken(WHAT, "it has a `nonce`"));
    }
    let (subject, session) = (text("sub")?, text("sid")?);
    if subject.is_none() && session.is_none() {
        return Err(broken(WHAT, "it names neither a subject nor a session"));
    }
    Ok(Ended {
        issuer: oidc.issuer.clone(),
        subject,
        session,
        message,
        // It is refused by its age after that.
        remember_until: issued + FRESH + skew + skew,
    })
}
