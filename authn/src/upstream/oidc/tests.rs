// SPDX-License-Identifier: Apache-2.0
//! Tokens that are right but for one thing.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::Set;
use countersign_directory::source::Oidc;
use serde_json::{Value, json};

use super::endpoints::Endpoints;
use super::id_token::{self, Expected};
use super::keys::Keys;
use super::request::{self, Held, PassedOn};
use super::{Fault, claimed, logout_token};
use crate::secret::sha256;
use crate::testing::{noon, rng};
use crate::upstream::assurance::Asked;

const ISSUER: &str = "https://id.mod.example";
const US: &str = "countersign";
const NONCE: &str = "the-nonce";

/// A provider's key, and what it signs.
struct Signer {
    pair: EcdsaKeyPair,
}

impl Signer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
        Self { pair }
    }

    fn keys(&self) -> Keys {
        let point = self.pair.public_key().as_ref();
        let key = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k",
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
        });
        Keys::read(json!({ "keys": [key] }).to_string().as_bytes()).unwrap()
    }

    fn sign(&self, header: &Value, claims: &str) -> String {
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = self.pair.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn header() -> Value {
    json!({ "alg": "ES256", "kid": "k", "typ": "JWT" })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "s-1", "aud": US, "nonce": NONCE,
        "iat": noon().timestamp(), "exp": noon().timestamp() + 300,
        "auth_time": noon().timestamp() - 60, "acr": "gold", "amr": ["hwk"], "sid": "sess", "groups": ["a"],
    })
}

fn oidc() -> Oidc {
    serde_json::from_value(json!({ "issuer": ISSUER, "client_id": US, "authentication": "none" })).unwrap()
}

fn verified(signer: &Signer, header: &Value, claims: &str, now: DateTime<Utc>) -> Result<String, Fault> {
    let algorithms: Set<String> = ["ES256".to_owned()].into_iter().collect();
    let expected = Expected {
        issuer: ISSUER,
        client_id: US,
        nonce: NONCE,
        algorithms: &algorithms,
        skew: TimeDelta::seconds(60),
        access_token: Some("the-access-token"),
    };
    let said = id_token::verify(&signer.sign(header, claims), &signer.keys(), &expected, now)?;
    let claimed = claimed("mod".parse().unwrap(), ISSUER, &said, None)?;
    assert_eq!(
        claimed.attributes.get("groups").map(Vec::as_slice),
        Some(&["a".to_owned()][..])
    );
    Ok(claimed.subject)
}

fn with(name: &str, value: Value) -> String {
    let mut claims = claims();
    claims[name] = value;
    claims.to_string()
}

#[test]
fn a_token_that_fits_says_who_is_here() {
    let signer = Signer::new();
    assert_eq!(
        verified(&signer, &header(), &claims().to_string(), noon()),
        Ok("s-1".to_owned())
    );
    let hash = URL_SAFE_NO_PAD.encode(&sha256(b"the-access-token")[..16]);
    for good in [
        with("at_hash", json!(hash)),
        with("azp", json!(US)),
        with("aud", json!([US])),
    ] {
        assert!(verified(&signer, &header(), &good, noon()).is_ok(), "{good}");
    }
    let mut two = claims();
    two["aud"] = json!([US, "sibling"]);
    two["azp"] = json!(US);
    assert!(verified(&signer, &header(), &two.to_string(), noon()).is_ok());
}

/// O2: a token that another client of the same issuer was given is not ours, nor one that names us beside
/// it, nor one of another issuer, without a nonce, or from another time.
#[test]
fn o2_a_token_that_was_not_made_for_us_is_refused() {
    let signer = Signer::new();
    for bad in [
        with("aud", json!("sibling")),
        with("aud", json!(["sibling"])),
        with("aud", json!([])),
        with("aud", json!("countersign2")),
        with("aud", json!([US, "sibling"])),
        with("azp", json!("sibling")),
        with("iss", json!("https://id.mod.example/")),
        with("iss", json!("https://evil.example")),
        with("nonce", json!("another")),
        with("nonce", Value::Null),
        with("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        with("sub", json!("")),
        with("sub", json!("x".repeat(256))),
        with("exp", json!(noon().timestamp() - 60)),
        with("iat", json!(noon().timestamp() + 61)),
        with("iat", json!(noon().timestamp() - 661)),
        with("auth_time", json!("yesterday")),
    ] {
        let fault = verified(&signer, &header(), &bad, noon());
        assert!(matches!(fault, Err(Fault::Token { .. })), "{bad} {fault:?}");
    }
    let both = claims().to_string().replacen('{', "{\"sub\":\"admin\",", 1);
    assert!(verified(&signer, &header(), &both, noon()).is_err());
}

#[test]
fn exp_holds_to_the_second_with_the_clocks_difference() {
    let signer = Signer::new();
    let at = |seconds: i64| {
        verified(
            &signer,
            &header(),
            &claims().to_string(),
            noon() + TimeDelta::seconds(seconds),
        )
    };
    assert!(at(359).is_ok());
    assert!(at(360).is_err());
}

#[test]
fn no_other_algorithm_key_or_kind_of_token_is_taken() {
    let signer = Signer::new();
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("RS256")),
        ("alg", json!("ES384")),
        ("alg", Value::Null),
        ("typ", json!("at+jwt")),
        ("typ", json!("logout+jwt")),
        ("crit", json!(["exp"])),
    ] {
        let mut header = header();
        header[name] = value;
        assert!(
            verified(&signer, &header, &claims().to_string(), noon()).is_err(),
            "{header}"
        );
    }
    let mut unknown = header();
    unknown["kid"] = json!("other");
    assert_eq!(
        verified(&signer, &unknown, &claims().to_string(), noon()),
        Err(Fault::UnknownKey)
    );
    // Somebody else's key under the same name.
    let (ours, theirs) = (Signer::new(), Signer::new());
    let forged = theirs.sign(&header(), &claims().to_string());
    let algorithms: Set<String> = ["ES256".to_owned()].into_iter().collect();
    let expected = Expected {
        issuer: ISSUER,
        client_id: US,
        nonce: NONCE,
        algorithms: &algorithms,
        skew: TimeDelta::zero(),
        access_token: None,
    };
    assert!(id_token::verify(&forged, &ours.keys(), &expected, noon()).is_err());
    // HMAC with the public key as the secret.
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(json!({ "alg": "none" }).to_string()),
        URL_SAFE_NO_PAD.encode(claims().to_string())
    );
    assert!(id_token::verify(&unsigned, &ours.keys(), &expected, noon()).is_err());
}

fn logout_claims() -> Value {
    json!({
        "iss": ISSUER, "aud": US, "iat": noon().timestamp(), "exp": noon().timestamp() + 120, "jti": "j",
        "sub": "s-1", "sid": "sess",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    })
}

#[test]
fn a_logout_token_that_breaks_a_rule_ends_nothing() {
    let signer = Signer::new();
    let keys = signer.keys();
    let verify = |header: &Value, claims: &Value| {
        logout_token::verify(&signer.sign(header, &claims.to_string()), &keys, &oidc(), noon())
    };
    let logout = json!({ "alg": "ES256", "kid": "k", "typ": "logout+jwt" });
    let ended = verify(&logout, &logout_claims()).unwrap();
    assert_eq!(
        (ended.subject.as_deref(), ended.session.as_deref()),
        (Some("s-1"), Some("sess"))
    );
    assert!(verify(&json!({ "alg": "ES256" }), &logout_claims()).is_ok());
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("sibling")),
        ("iat", json!(noon().timestamp() + 61)),
        ("iat", json!(noon().timestamp() - 661)),
        ("exp", json!(noon().timestamp() - 60)),
        ("exp", Value::Null),
        ("jti", json!("")),
        ("nonce", json!("n")),
        ("events", json!({})),
        (
            "events",
            json!({ "http://schemas.openid.net/event/backchannel-logout": 1 }),
        ),
        ("sub", json!(17)),
    ] {
        let mut claims = logout_claims();
        claims[name] = value;
        assert!(verify(&logout, &claims).is_err(), "{claims}");
    }
    let mut nobody = logout_claims();
    nobody.as_object_mut().unwrap().remove("sub");
    assert!(verify(&logout, &nobody).is_ok());
    nobody.as_object_mut().unwrap().remove("sid");
    assert!(verify(&logout, &nobody).is_err());
    // An ID token is none, and an access token neither.
    assert!(verify(&header(), &claims()).is_err());
    let access = json!({ "alg": "ES256", "kid": "k", "typ": "at+jwt" });
    assert!(verify(&access, &logout_claims()).is_err());
    for alg in ["none", "HS256"] {
        let header = json!({ "alg": alg, "kid": "k", "typ": "logout+jwt" });
        assert!(verify(&header, &logout_claims()).is_err());
    }
}

#[test]
fn a_request_has_pkce_a_nonce_and_what_was_asked_in_the_sources_words() {
    let endpoints = Endpoints {
        authorization: format!("{ISSUER}/auth?tenant=1").parse().unwrap(),
        token: format!("{ISSUER}/token").parse().unwrap(),
        jwks: format!("{ISSUER}/jwks").parse().unwrap(),
        userinfo: None,
        end_session: None,
        names_itself: true,
    };
    let held = Held::new(ISSUER, &mut rng());
    let asked = Asked {
        contexts: vec!["silver".into(), "gold".into()],
        max_age: 60,
        anew: true,
    };
    let passed_on = PassedOn {
        login_hint: Some("anna@mod.example"),
        ui_locales: Some("de fr"),
    };
    let back = "https://here.example/oidc/sources/mod/callback";
    let address = request::prepare(&oidc(), &endpoints, back, "the-state", &held, &asked, passed_on).unwrap();
    let said: std::collections::BTreeMap<_, _> = address.query_pairs().into_owned().collect();
    let challenge = URL_SAFE_NO_PAD.encode(sha256(held.verifier.as_bytes()));
    for (name, value) in [
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", US),
        ("redirect_uri", back),
        ("state", "the-state"),
        ("nonce", held.nonce.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("scope", "openid email profile"),
        ("acr_values", "silver gold"),
        ("max_age", "60"),
        ("prompt", "login"),
        ("login_hint", "anna@mod.example"),
        ("ui_locales", "de fr"),
    ] {
        assert_eq!(said.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!address.as_str().contains(&held.verifier));
    assert!(!format!("{held:?}").contains(&held.verifier));
}
