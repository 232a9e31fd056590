// SPDX-License-Identifier: Apache-2.0
//! What is done with bytes that say they come from OpenID providers.

use chrono::DateTime;
use countersign_authn::upstream::oidc;
use countersign_authn::upstream::oidc::endpoints::Endpoints;
use countersign_authn::upstream::oidc::id_token::Expected;
use countersign_authn::upstream::oidc::keys::Keys;
use countersign_authn::upstream::oidc::token::{self, Standing};
use countersign_authn::upstream::oidc::{attributes, userinfo};
use countersign_directory::source::Attributes;
use secrecy::ExposeSecret as _;
use serde_json::json;

const UPSTREAM: &str = "https://id.mod.example";

/// A discovery document is refused, or every address in it may be called.
pub fn discovery(bytes: &[u8]) {
    if let Ok(found) = Endpoints::read(bytes, UPSTREAM) {
        let needed = [&found.authorization, &found.token, &found.jwks];
        for address in needed
            .into_iter()
            .chain(&found.userinfo)
            .chain(&found.end_session)
        {
            assert!(
                address.scheme() == "https" && address.username().is_empty() && address.fragment().is_none()
            );
        }
    }
}

/// A key set on the first line, and a token on the second: nobody who does not hold a key signs one.
pub fn id_token(bytes: &[u8]) {
    let Some((keys, token)) = keys_and_token(bytes) else {
        return;
    };
    let algorithms = ["ES256", "EdDSA", "RS256", "PS256"]
        .map(String::from)
        .into_iter()
        .collect();
    let expected = Expected {
        issuer: UPSTREAM,
        client_id: "countersign",
        nonce: "n",
        algorithms: &algorithms,
        skew: chrono::TimeDelta::seconds(60),
        access_token: Some("a"),
    };
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    if let Ok(claims) = oidc::id_token::verify(token, &keys, &expected, now) {
        let claimed = oidc::claimed("mod".parse().unwrap(), UPSTREAM, &claims, None);
        assert!(claimed.is_err() || claimed.unwrap().identity().fits());
    }
}

/// The same for a logout token. What is taken passed the look that comes before any key is fetched.
pub fn logout_token(bytes: &[u8]) {
    let Some((keys, token)) = keys_and_token(bytes) else {
        return;
    };
    let settings = json!({ "issuer": UPSTREAM, "client_id": "countersign", "authentication": "none" });
    let settings = serde_json::from_value(settings).unwrap();
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let looked = oidc::logout_token::look(token, &settings, now);
    if let Ok(ended) = oidc::logout_token::verify(token, &keys, &settings, now) {
        assert!(ended.subject.is_some() || ended.session.is_some());
        assert!(looked.is_ok());
    }
}

/// An answer of a token endpoint: refused, or tokens that can be carried on; a failure never gives any.
pub fn upstream_token(bytes: &[u8]) {
    assert!(token::read(false, bytes).is_err(), "a failure gave tokens");
    if let Ok(tokens) = token::read(true, bytes) {
        assert_eq!(format!("{tokens:?}"), "Tokens(redacted)");
        if let Some(access_token) = &tokens.access_token {
            let mut bytes = access_token.expose_secret().bytes();
            assert!(
                bytes.all(|byte| byte.is_ascii_graphic()),
                "it would break a header"
            );
        }
    }
    if let Ok(Standing::Unclear(word)) = token::standing(false, bytes) {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        assert!(word.len() <= 64 && word.bytes().all(is_plain), "{word:?}");
    }
}

/// What userinfo says: only of whom it was asked, within bounds, and nothing in place of what the token said.
pub fn upstream_userinfo(bytes: &[u8]) {
    let Ok(said) = userinfo::read(bytes, "n-1") else {
        return;
    };
    assert_eq!(said["sub"], "n-1");
    let mut known = Attributes::from([("name".to_owned(), vec!["Nina".to_owned()])]);
    if attributes::add(&said, &mut known).is_ok() {
        assert_eq!(known["name"], ["Nina"]);
        assert!(known.len() <= 300 && known.values().all(|values| values.len() <= 2_000));
        assert!(known.values().flatten().all(|value| value.len() <= 8 * 1_024));
        assert!(
            ["iss", "aud", "nonce", "sid"]
                .iter()
                .all(|name| !known.contains_key(*name))
        );
    }
}

fn keys_and_token(bytes: &[u8]) -> Option<(Keys, &str)> {
    let (keys, token) = std::str::from_utf8(bytes).ok()?.split_once('\n')?;
    Some((Keys::read(keys.as_bytes()).ok()?, token))
}
