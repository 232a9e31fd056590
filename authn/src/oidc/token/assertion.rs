// SPDX-License-Identifier: Apache-2.0
//! `private_key_jwt` (RFC 7523, section 3; OpenID Connect Core, section 9): a client signs who it is with a
//! key of its record. For us alone (`aud` is our name, or our token endpoint where the record says so), for
//! minutes, once.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use crate::oidc::client::{AssertionAudience, ClientRecord};
use crate::secret::sha256;

/// The one `client_assertion_type` that is taken.
pub const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How clients may sign. Never `none`, never HMAC.
pub const ALGORITHMS: [&str; 4] = ["EdDSA", "ES256", "PS256", "RS256"];

const LONGEST: usize = 8 * 1024;
const MOST_KEYS: usize = 16;
const LONGEST_LIFE: TimeDelta = TimeDelta::minutes(10);
const SKEW: TimeDelta = TimeDelta::seconds(60);

/// A good assertion; to be used up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Assertion {
    /// Hash of its name.
    pub jti_hash: Vec<u8>,
    /// Until when its name must be remembered.
    pub expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    jti: String,
}

/// The client that an assertion says it is of, not yet believed.
pub fn named(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let claims: Claims = jsonwebtoken::dangerous::insecure_decode(text).ok()?.claims;
    (claims.iss == claims.sub).then_some(claims.sub)
}

/// Reads an assertion of `client`: signed by one of its keys, about itself, to us, in time.
pub fn read(text: &str, client: &ClientRecord, issuer: &str, now: DateTime<Utc>) -> Option<Assertion> {
    if text.len() > LONGEST {
        return None;
    }
    let header = decode_header(text).ok()?;
    let is_allowed = matches!(
        header.alg,
        Algorithm::EdDSA | Algorithm::ES256 | Algorithm::PS256 | Algorithm::RS256
    );
    if !is_allowed {
        return None;
    }
    let keys: JwkSet = serde_json::from_value(client.jwks.clone()?).ok()?;
    let fitting = keys.keys.iter().take(MOST_KEYS).filter(|key| {
        let is_named = header.kid.is_none() || key.common.key_id == header.kid;
        is_named && is_for_signing(key)
    });
    let claims = fitting
        .into_iter()
        .find_map(|key| verified(text, key, header.alg))?;
    in_time(&claims, now)?;
    let is_about_itself = claims.iss == client.id && claims.sub == client.id;
    let us = match client.assertion_audience {
        AssertionAudience::Issuer => issuer.to_owned(),
        AssertionAudience::TokenEndpoint => format!("{issuer}/oauth2/token"),
    };
    let is_to_us = match &claims.aud {
        Value::String(aud) => *aud == us,
        // One audience alone: an assertion that another server could replay here is refused.
        Value::Array(all) => matches!(all.as_slice(), [Value::String(aud)] if *aud == us),
        _ => false,
    };
    let has_name = !claims.jti.is_empty() && claims.jti.len() <= 255;
    (is_about_itself && is_to_us && has_name).then(|| Assertion {
        jti_hash: sha256(claims.jti.as_bytes()),
        expires_at: now + LONGEST_LIFE + SKEW + SKEW,
    })
}

fn is_for_signing(key: &Jwk) -> bool {
    key.common
        .public_key_use
        .as_ref()
        .is_none_or(|wanted| *wanted == PublicKeyUse::Signature)
}

fn verified(text: &str, key: &Jwk, algorithm: Algorithm) -> Option<Claims> {
    let key = DecodingKey::from_jwk(key).ok()?;
    let mut validation = Validation::new(algorithm);
    // Times and audience are checked here, by the house's clock.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode::<Claims>(text, &key, &validation)
        .ok()
        .map(|token| token.claims)
}

fn in_time(claims: &Claims, now: DateTime<Utc>) -> Option<()> {
    let at = |seconds: i64| DateTime::from_timestamp(seconds, 0);
    let ends = at(claims.exp)?;
    let is_over = now >= ends + SKEW;
    let lasts_too_long = ends > now + LONGEST_LIFE + SKEW;
    let begins_later = [claims.nbf, claims.iat]
        .into_iter()
        .flatten()
        .any(|seconds| at(seconds).is_none_or(|begins| begins > now + SKEW));
    (!is_over && !lasts_too_long && !begins_later).then_some(())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    use super::*;
    use crate::testing::noon;

    const ISSUER: &str = "https://id.example";

    fn key() -> (EncodingKey, Value) {
        let document = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let jwks = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x }] });
        (EncodingKey::from_ed_der(document.as_ref()), jwks)
    }

    fn client(jwks: Value) -> ClientRecord {
        ClientRecord {
            jwks: Some(jwks),
            ..ClientRecord::new("chat", "Chat", vec![])
        }
    }

    fn claims() -> Value {
        json!({ "iss": "chat", "sub": "chat", "aud": ISSUER, "jti": "1",
            "iat": noon().timestamp(), "exp": noon().timestamp() + 60 })
    }

    fn signed(claims: &Value, key: &EncodingKey) -> String {
        encode(&Header::new(Algorithm::EdDSA), claims, key).unwrap()
    }

    #[test]
    fn only_an_assertion_of_the_client_to_us_and_in_time_is_taken() {
        let (private, jwks) = key();
        let client = client(jwks);
        let is_taken = |claims: &Value| read(&signed(claims, &private), &client, ISSUER, noon()).is_some();
        assert!(is_taken(&claims()));
        for (name, value) in [
            ("iss", json!("other")),
            ("sub", json!("other")),
            ("aud", json!("https://id.example/oauth2/token")),
            ("aud", json!([ISSUER, "https://other.example"])),
            ("aud", json!(null)),
            ("jti", json!("")),
            ("jti", json!(null)),
            ("exp", json!(noon().timestamp() - 60)),
            ("exp", json!(noon().timestamp() + 3600)),
            ("exp", json!(null)),
            ("iat", json!(noon().timestamp() + 61)),
            ("nbf", json!(noon().timestamp() + 61)),
        ] {
            let mut changed = claims();
            changed[name] = value;
            assert!(!is_taken(&changed), "{name}: {changed}");
        }
        let mut as_list = claims();
        as_list["aud"] = json!([ISSUER]);
        assert!(is_taken(&as_list));
    }

    #[test]
    fn another_key_no_signature_or_a_secret_in_its_place_is_refused() {
        let (private, jwks) = key();
        let (other, _) = key();
        let client = client(jwks.clone());
        assert!(read(&signed(&claims(), &other), &client, ISSUER, noon()).is_none());
        let body = URL_SAFE_NO_PAD.encode(claims().to_string());
        let none = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        assert!(read(&none, &client, ISSUER, noon()).is_none());
        let public = URL_SAFE_NO_PAD
            .decode(jwks["keys"][0]["x"].as_str().unwrap())
            .unwrap();
        let hmac = encode(
            &Header::new(Algorithm::HS256),
            &claims(),
            &EncodingKey::from_secret(&public),
        )
        .unwrap();
        assert!(read(&hmac, &client, ISSUER, noon()).is_none());
        let good = signed(&claims(), &private);
        assert_eq!(named(&good).as_deref(), Some("chat"));
        assert!(read(good.get(..good.len() - 1).unwrap(), &client, ISSUER, noon()).is_none());
    }
}
