// SPDX-License-Identifier: Apache-2.0
//! The ID token (OpenID Connect Core 1.0, section 3.1.3.7), rule by rule.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::Set;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier};
use openidconnect::{AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IssuerUrl, Nonce};
use serde_json::{Map, Value};

use super::keys::{self, Keys, Parts, decode};
use super::{Fault, broken, endpoints};

const WHAT: &str = "ID token";
/// How long ago it may have been made: it comes straight from the token endpoint.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// What the token must fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The source's issuer.
    pub issuer: &'a str,
    /// Who we are there.
    pub client_id: &'a str,
    /// What was sent with the request.
    pub nonce: &'a str,
    /// Signatures that are taken.
    pub algorithms: &'a Set<String>,
    /// By how much its clock may differ.
    pub skew: TimeDelta,
    /// The access token that came with it.
    pub access_token: Option<&'a str>,
}

/// The claims of a token that fits.
pub fn verify(
    token: &str,
    keys: &Keys,
    expected: &Expected<'_>,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, Fault> {
    let parts = Parts::of(token, WHAT)?;
    let header = parts.header(WHAT)?;
    let allowed = keys::allowed(expected.algorithms);
    // Rules 6 and 7: by a public key, in a way that this source is set to. Before anything is believed.
    header.algorithm(&allowed, WHAT)?;
    if header
        .typ
        .as_deref()
        .is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT"))
    {
        return Err(broken(WHAT, "its `typ` is that of another kind of token"));
    }
    if header.kid.as_deref().is_some_and(|kid| !keys.has(kid)) {
        return Err(Fault::UnknownKey);
    }
    // What is read below is what was signed: a member that is there twice is refused.
    let claims = endpoints::object(&decode(parts.payload, WHAT)?, WHAT)?;
    let token: CoreIdToken = token
        .parse()
        .map_err(|_| broken(WHAT, "its claims cannot be read"))?;
    let issuer =
        IssuerUrl::new(expected.issuer.to_owned()).map_err(|_| broken(WHAT, "the issuer is no address"))?;
    let skew = expected.skew;
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(expected.client_id.to_owned()),
        issuer,
        keys.set().clone(),
    )
    .set_allowed_algs(allowed)
    // Rule 3: other audiences are judged with `azp` below.
    .set_other_audience_verifier_fn(|_| true)
    // Rule 9: `exp`.
    .set_time_fn(move || now - skew)
    // Rule 10: `iat`.
    .set_issue_time_verifier_fn(move |at| {
        if at > now + skew {
            Err("it is from the future".to_owned())
        } else if at < now - FRESH - skew {
            Err("it is too old".to_owned())
        } else {
            Ok(())
        }
    });
    let nonce = Nonce::new(expected.nonce.to_owned());
    let said = token
        .claims(&verifier, &nonce)
        .map_err(|fault| broken(WHAT, rule(&fault)))?;
    // Rule 5: a token that was made for a sibling of ours is not for us.
    let presenter = said.authorized_party().map(|presenter| presenter.as_str());
    match presenter {
        Some(presenter) if presenter == expected.client_id => {}
        None if said.audiences().len() == 1 => {}
        Some(_) => return Err(broken(WHAT, "`azp`: it was made for another client")),
        None => return Err(broken(WHAT, "`azp` is missing, and it has several audiences")),
    }
    // Section 3.1.3.8.
    if let Some(hash) = said.access_token_hash() {
        let access_token = expected
            .access_token
            .ok_or_else(|| broken(WHAT, "`at_hash`: there is no access token"))?;
        let algorithm = token
            .signing_alg()
            .map_err(|_| broken(WHAT, "it is not signed"))?;
        let key = token.signing_key(&verifier).map_err(|_| Fault::UnknownKey)?;
        let ours = AccessTokenHash::from_token(&AccessToken::new(access_token.to_owned()), algorithm, key)
            .map_err(|_| broken(WHAT, "`at_hash` cannot be computed"))?;
        if ours.as_str() != hash.as_str() {
            return Err(broken(WHAT, "`at_hash` is of another access token"));
        }
    }
    let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    if subject.is_empty() || subject.len() > 255 || subject.chars().any(char::is_control) {
        return Err(broken(WHAT, "`sub` is empty or too long"));
    }
    Ok(claims)
}

/// Which rule was broken. The library's own words repeat parts of the token, which are not for the log.
fn rule(fault: &ClaimsVerificationError) -> &'static str {
    match fault {
        ClaimsVerificationError::Expired(_) => "`exp` or `iat`: it is not of now",
        ClaimsVerificationError::InvalidAudience(_) => "`aud`: it is not for us",
        ClaimsVerificationError::InvalidIssuer(_) => "`iss`: it is another issuer's",
        ClaimsVerificationError::InvalidNonce(_) => "`nonce`: it answers another request",
        ClaimsVerificationError::SignatureVerification(_) => "its signature does not fit",
        ClaimsVerificationError::Unsupported(_) => "its form is not taken",
        _ => "a claim does not fit",
    }
}
