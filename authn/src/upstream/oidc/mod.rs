// SPDX-License-Identifier: Apache-2.0
//! OpenID Connect towards a source: we are the relying party. Code flow with PKCE S256, always.
//!
//! This module prepares requests and reads answers; whoever calls it moves the bytes, with time and size
//! limits and to no other addresses than the ones named here. Signatures, claims and `at_hash` are judged by
//! `openidconnect`; the rules that it leaves to its caller (`azp`, which algorithms, which `typ`, the age
//! of `iat`, userinfo's subject, RFC 9207, logout tokens) are here. Its two ways of reading the clock and of
//! drawing random numbers are not used.
//!
//! ```text
//! request::prepare --browser--> source --browser--> answer::read
//!                                          token::request --house--> token::read
//!                                          id_token::verify, userinfo::read
//!                                          claimed  -> Claimed
//! ```

pub mod answer;
pub mod attributes;
pub mod endpoints;
pub mod id_token;
pub mod keys;
pub mod logout_token;
pub mod request;
pub mod token;
pub mod userinfo;

#[cfg(test)]
mod tests;

use std::fmt;

use chrono::DateTime;
use countersign_directory::SourceId;
use countersign_directory::source::Attributes;
use serde_json::{Map, Value};

use super::Claimed;

/// The longest document, token answer or userinfo that is read, in bytes.
pub const LONGEST_BODY: usize = 256 * 1024;
/// The longest token.
pub const LONGEST_TOKEN: usize = 64 * 1024;

/// Why somebody who came back is not let in. Its text is for the log.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The answer does not name the issuer that was asked, or names another (RFC 9207).
    #[error("the answer is not the asked issuer's (RFC 9207): {0}")]
    MixUp(&'static str),
    /// What it sent cannot be read.
    #[error("{0} cannot be read")]
    Unreadable(&'static str),
    /// A token breaks a rule.
    #[error("the {token} is refused: {rule}")]
    Token {
        /// Which token.
        token: &'static str,
        /// Which rule it breaks.
        rule: String,
    },
    /// The source refused.
    #[error("the source answered `{0}`")]
    Told(Told),
    /// Its keys at hand do not include the one that signed.
    #[error("no key of the source has the name that the token gives")]
    UnknownKey,
}

/// What a source says instead of letting somebody in: one of the registered words, and no others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Told {
    /// She gave up, or may not.
    AccessDenied,
    /// It cannot reach what was asked.
    Unmet,
    /// Something is wrong there for now.
    Unavailable,
    /// It refuses us: a matter of configuration.
    Us,
}

impl Told {
    /// By the `error` of RFC 6749, OpenID Connect Core 3.1.2.6 and the step-up extension.
    pub fn by(error: &str) -> Self {
        match error {
            "access_denied" => Self::AccessDenied,
            "account_selection_required"
            | "consent_required"
            | "interaction_required"
            | "login_required"
            | "unmet_authentication_requirements" => Self::Unmet,
            "server_error" | "temporarily_unavailable" => Self::Unavailable,
            _ => Self::Us,
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessDenied => "access_denied",
            Self::Unmet => "unmet_authentication_requirements",
            Self::Unavailable => "temporarily_unavailable",
            Self::Us => "a refusal of our request",
        })
    }
}

/// A rule that a token breaks.
pub(crate) fn broken(token: &'static str, rule: impl Into<String>) -> Fault {
    Fault::Token {
        token,
        rule: rule.into(),
    }
}

/// Whom a provider says is here. `claims` are those of a verified ID token, `more` those of userinfo.
pub fn claimed(
    source: SourceId,
    issuer: &str,
    claims: &Map<String, Value>,
    more: Option<&Map<String, Value>>,
) -> Result<Claimed, Fault> {
    let mut attributes = Attributes::new();
    attributes::add(claims, &mut attributes)?;
    if let Some(more) = more {
        attributes::add(more, &mut attributes)?;
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let methods = claims.get("amr").and_then(Value::as_array);
    let methods = methods.into_iter().flatten().filter_map(Value::as_str);
    let authenticated_at = claims.get("auth_time").map(|said| {
        let at = said
            .as_i64()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        at.ok_or_else(|| broken("ID token", "`auth_time` cannot be read"))
    });
    Ok(Claimed {
        source,
        issuer: issuer.to_owned(),
        subject: text("sub").ok_or_else(|| broken("ID token", "`sub` is missing"))?,
        attributes,
        context: text("acr"),
        methods: methods.map(str::to_owned).collect(),
        authenticated_at: authenticated_at.transpose()?,
        session_until: None,
        session: text("sid"),
        id_token: None,
    })
}
