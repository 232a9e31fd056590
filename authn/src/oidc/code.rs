// SPDX-License-Identifier: Apache-2.0
//! Authorization codes (RFC 6749, section 4.1.2): 256 random bits, 60 seconds, used once by
//! compare-and-set. A second use revokes what the first one issued.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::AnyConnection;
use subtle::ConstantTimeEq;

use super::error::{Code, Error};
use crate::assurance::{Level, Method};
use crate::happened::Happened;
use crate::secret::{Secret, random_id};
use crate::session::{SessionId, Sid};
use crate::store::{StoreError, codes, refresh_families, tokens};

/// How long a code can be used.
pub const LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// What a code was issued for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BoundTo {
    /// The client.
    pub client: String,
    /// The address it was sent to.
    pub redirect_uri: String,
    /// The PKCE challenge, unless the client is exempt.
    pub challenge: Option<String>,
    /// The client's nonce.
    pub nonce: Option<String>,
    /// The scopes granted.
    pub scope: String,
    /// The person.
    pub person: PersonId,
    /// Her session.
    pub session: SessionId,
    /// The session's name at the client.
    pub sid: Sid,
    /// The level of the sign-in.
    pub level: Level,
    /// The client's word for it.
    pub acr: String,
    /// Its evidence.
    pub methods: BTreeSet<Method>,
    /// Its time.
    pub auth_time: DateTime<Utc>,
}

/// A code that was redeemed just now.
#[derive(Clone, Debug)]
pub struct Redeemed {
    /// The grant that its tokens belong to.
    pub grant: String,
    /// What it was issued for.
    pub bound_to: BoundTo,
}

/// Issues a code.
pub async fn issue(
    bound_to: &BoundTo,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Secret, StoreError> {
    let code = Secret::generate(rng);
    codes::insert(&code.hash(), &random_id(rng), bound_to, now + LIFETIME, db).await?;
    let detail = json!({
        "client": bound_to.client,
        "session": bound_to.session,
        "acr": bound_to.acr,
        "auth_time": bound_to.auth_time,
    });
    log.event("oidc.code_issued", bound_to.person.as_str(), detail);
    Ok(code)
}

/// What a client presents with a code.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// The code.
    pub code: &'a str,
    /// The client, authenticated.
    pub client: &'a str,
    /// The address that it says the code was sent to.
    pub redirect_uri: Option<&'a str>,
    /// The PKCE verifier.
    pub verifier: Option<&'a str>,
}

/// Redeems a code. Commit also when it is refused: it is used up, or tokens were revoked.
pub async fn redeem(
    presented: Presented<'_>,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<Redeemed, Error>, StoreError> {
    let refused = |description| Ok(Err(Error::new(Code::InvalidGrant, description)));
    let Some(code) = Secret::presented(presented.code) else {
        return refused("the code is not one of ours");
    };
    let hash = code.hash();
    let Some(row) = codes::by_hash(&hash, db).await? else {
        return refused("the code is unknown or has expired");
    };
    if row.bound_to.client != presented.client {
        return refused("the code was issued to another client");
    }
    if row.used_at.is_some() || !codes::use_up(&hash, now, db).await? {
        refresh_families::end_grant(&row.grant, "code_reused", now, db).await?;
        tokens::revoke_grant(&row.grant, now, db).await?;
        let detail = json!({ "client": presented.client, "session": row.bound_to.session });
        log.event("oidc.code_reused", row.bound_to.person.as_str(), detail);
        return refused("the code was used before; its tokens are revoked");
    }
    if now >= row.expires_at {
        return refused("the code is unknown or has expired");
    }
    if presented.redirect_uri != Some(row.bound_to.redirect_uri.as_str()) {
        return refused("redirect_uri is not the one that the code was sent to");
    }
    if let Err(description) = check_verifier(row.bound_to.challenge.as_deref(), presented.verifier) {
        return refused(description);
    }
    Ok(Ok(Redeemed {
        grant: row.grant,
        bound_to: row.bound_to,
    }))
}

/// RFC 7636, section 4.6, and the downgrade rule of RFC 9700, section 2.1.1: a verifier without a
/// challenge is refused.
fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), &'static str> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err("code_verifier was sent, but the request had no code_challenge"),
        (Some(_), None) => Err("code_verifier is missing"),
        (Some(challenge), Some(verifier)) => {
            let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
            if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
                return Err("code_verifier must be 43 to 128 unreserved characters");
            }
            let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
            let computed = URL_SAFE_NO_PAD.encode(hash.as_ref());
            if computed.as_bytes().ct_eq(challenge.as_bytes()).into() {
                Ok(())
            } else {
                Err("code_verifier does not fit the code_challenge")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn only_the_verifier_of_the_challenge_fits() {
        assert_eq!(check_verifier(Some(CHALLENGE), Some(VERIFIER)), Ok(()));
        assert!(check_verifier(Some(CHALLENGE), Some(&VERIFIER.replace('d', "e"))).is_err());
        assert!(check_verifier(Some(CHALLENGE), VERIFIER.get(1..)).is_err());
        assert!(check_verifier(Some(CHALLENGE), Some(CHALLENGE)).is_err());
        assert!(check_verifier(Some(CHALLENGE), None).is_err());
    }

    #[test]
    fn a_verifier_without_a_challenge_is_a_downgrade() {
        assert!(check_verifier(None, Some(VERIFIER)).is_err());
        assert_eq!(check_verifier(None, None), Ok(()));
    }
}
