// SPDX-License-Identifier: Apache-2.0
//! Access tokens: opaque to clients, five minutes, with a MAC over the whole value, so that a
//! shortened or altered one is worthless and a check costs one hash and no query.
//!
//! Tokens of people are also rows in the store: there they are revoked.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::assurance::{Level, Method};
use crate::secret::Sealer;
use crate::session::{SessionId, Sid};

/// How long a token can be used.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(5);
const PREFIX: &str = "cs1.";

/// What a token says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AccessToken {
    /// Its name.
    pub id: String,
    /// The client that it was issued to.
    pub client: String,
    /// The person that it stands for; none for a client of its own.
    pub person: Option<Bearer>,
    /// What it may be used for, separated by spaces.
    pub scope: String,
    /// When it was issued, in Unix seconds.
    pub issued_at: i64,
    /// From when on it is worthless, in Unix seconds.
    pub expires_at: i64,
    /// SHA-256 of the certificate beside which alone it is worth something (RFC 8705, section 3.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<String>,
}

/// Whom a token stands for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bearer {
    /// Her name towards clients.
    pub sub: String,
    /// Her session.
    pub session: SessionId,
    /// The session's name at the client.
    pub sid: Sid,
    /// The level of the sign-in that it was issued for, whatever became of the session since.
    pub level: Level,
    /// Its evidence.
    pub methods: BTreeSet<Method>,
    /// Its time.
    pub auth_time: DateTime<Utc>,
}

impl AccessToken {
    /// The text that the client carries.
    pub fn seal(&self, sealer: &Sealer) -> String {
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let tag = URL_SAFE_NO_PAD.encode(sealer.mac(format!("access\0{body}").as_bytes()));
        format!("{PREFIX}{body}.{tag}")
    }

    /// Whether it may be used beside this certificate: one that is bound to none may always.
    pub fn fits(&self, certificate: Option<&str>) -> bool {
        self.cnf.is_none() || self.cnf.as_deref() == certificate
    }

    /// Reads a text: whole, ours, and not run out. Whether it was revoked the store knows.
    pub fn open(text: &str, sealer: &Sealer, now: DateTime<Utc>) -> Option<Self> {
        if text.len() > 4096 {
            return None;
        }
        let (body, tag) = text.strip_prefix(PREFIX)?.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        if !sealer.mac_fits(format!("access\0{body}").as_bytes(), &tag) {
            return None;
        }
        let token: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        (now.timestamp() < token.expires_at).then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    fn token() -> AccessToken {
        AccessToken {
            id: "t1".into(),
            client: "synapse".into(),
            person: None,
            scope: String::new(),
            issued_at: noon().timestamp(),
            expires_at: (noon() + LIFETIME).timestamp(),
            cnf: None,
        }
    }

    #[test]
    fn a_token_is_good_until_the_second_of_its_end() {
        let sealer = Sealer::new(&[7; 32]).unwrap();
        let text = token().seal(&sealer);
        let end = noon() + LIFETIME;
        assert_eq!(
            AccessToken::open(&text, &sealer, end - TimeDelta::seconds(1)),
            Some(token())
        );
        assert_eq!(AccessToken::open(&text, &sealer, end), None);
        assert_eq!(
            AccessToken::open(&text, &sealer, end + TimeDelta::seconds(1)),
            None
        );
    }

    #[test]
    fn o11_a_shortened_lengthened_or_altered_token_is_worthless() {
        let sealer = Sealer::new(&[7; 32]).unwrap();
        let text = token().seal(&sealer);
        for at in 0..text.len() {
            assert_eq!(AccessToken::open(text.get(..at).unwrap(), &sealer, noon()), None);
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(AccessToken::open(&altered, &sealer, noon()), None, "{at}");
        }
        assert_eq!(AccessToken::open(&format!("{text}A"), &sealer, noon()), None);
        assert_eq!(
            AccessToken::open(&text, &Sealer::new(&[8; 32]).unwrap(), noon()),
            None
        );
    }
}
