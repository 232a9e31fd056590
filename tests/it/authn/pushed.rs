// SPDX-License-Identifier: Apache-2.0
//! Pushed authorization requests (RFC 9126), and clients that prove themselves with a signature.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use countersign_tests::house::{Answer, TestHouse, open_house};
use http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::desk::{CHALLENGE, REDIRECT, Tab, authorize, call, client, form, passkey, redeem, told};

fn request<'a>(secret: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("client_id", "chat"),
        ("client_secret", secret),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "a state"),
        ("acr_values", "phr"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for change in changes {
        fields.retain(|(name, _)| *name != change.0);
        fields.push(*change);
    }
    fields
}

fn by_name(request_uri: &str, more: &[(&str, &str)]) -> String {
    let fields = [("client_id", "chat"), ("request_uri", request_uri)];
    format!("/oauth2/authorize?{}", form(&[&fields, more].concat()))
}

async fn pushed(house: &TestHouse, secret: &str, changes: &[(&str, &str)]) -> String {
    let answer = call(house, "/oauth2/par", &request(secret, changes)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    assert_eq!(answer.json()["expires_in"], 60);
    answer.json()["request_uri"].as_str().unwrap().to_owned()
}

#[track_caller]
fn is_on_our_page(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert!(answer.text.contains("This sign-in link is not valid"));
}

#[tokio::test]
async fn a_pushed_request_leads_to_a_code_once_and_what_the_browser_adds_is_ignored() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    let name = pushed(&house, &secret, &[]).await;
    let path = by_name(
        &name,
        &[
            ("acr_values", "urn:x:aal:1"),
            ("state", "evil"),
            ("redirect_uri", "https://evil.example/"),
        ],
    );
    let answer = told(&tab.sign_in(&path, &mut key).await);
    assert_eq!(answer["state"], "a state");
    let tokens = redeem(&house, &secret, &answer["code"], &[]).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
    is_on_our_page(&tab.get(&path).await);
}

#[tokio::test]
async fn a_pushed_request_runs_out_after_a_minute_and_is_its_clients_alone() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    client(&house, json!({"id": "other"})).await;
    for (seconds, is_good) in [(59, true), (60, false), (61, false)] {
        let name = pushed(&house, &secret, &[]).await;
        house.advance(TimeDelta::seconds(seconds)).await;
        let answer = Tab::new(&house).get(&by_name(&name, &[])).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, is_good, "{seconds}");
    }
    let name = pushed(&house, &secret, &[]).await;
    let stolen = by_name(&name, &[]).replace("client_id=chat", "client_id=other");
    is_on_our_page(&Tab::new(&house).get(&stolen).await);
    is_on_our_page(
        &Tab::new(&house)
            .get(&by_name("urn:ietf:params:oauth:request_uri:x", &[]))
            .await,
    );
}

#[tokio::test]
async fn a_wrong_request_is_refused_when_it_is_pushed() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    for (change, error) in [
        (("redirect_uri", "https://evil.example/"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("scope", "email"), "invalid_scope"),
        (
            ("request_uri", "urn:ietf:params:oauth:request_uri:x"),
            "invalid_request",
        ),
        (("client_secret", "wrong"), "invalid_client"),
    ] {
        let answer = call(&house, "/oauth2/par", &request(&secret, &[change])).await;
        assert_eq!(answer.json()["error"], error, "{change:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_client_that_must_push_is_refused_through_the_browser() {
    let house = open_house().await;
    let secret = client(&house, json!({"require_pushed_authorization_requests": true})).await;
    let answer = Tab::new(&house).get(&authorize(&[])).await;
    assert_eq!(told(&answer)["error"], "invalid_request");
    let name = pushed(&house, &secret, &[]).await;
    let answer = Tab::new(&house).get(&by_name(&name, &[])).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

fn key() -> (EncodingKey, Value) {
    let document = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
    let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    (
        EncodingKey::from_ed_der(document.as_ref()),
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x}]}),
    )
}

fn assertion(house: &TestHouse, key: &EncodingKey, jti: &str, aud: &str) -> String {
    let now = house.app.now().timestamp();
    let claims = json!({"iss": "chat", "sub": "chat", "aud": aud, "jti": jti, "iat": now, "exp": now + 60});
    let header = Header {
        kid: Some("k".into()),
        ..Header::new(Algorithm::EdDSA)
    };
    encode(&header, &claims, key).unwrap()
}

#[tokio::test]
async fn a_client_proves_itself_with_a_signature_to_us_once() {
    let house = open_house().await;
    let (private, jwks) = key();
    let record = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks});
    let secret = client(&house, record).await;
    let issuer = house.app.config.issuer.clone();
    let ask = async |assertion: &str| {
        let fields = [
            ("grant_type", "client_credentials"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion),
        ];
        call(&house, "/oauth2/token", &fields).await.status
    };
    let good = assertion(&house, &private, "1", &issuer);
    assert_eq!(ask(&good).await, StatusCode::OK);
    assert_eq!(ask(&good).await, StatusCode::UNAUTHORIZED, "once");
    let elsewhere = assertion(&house, &private, "2", "https://other.example");
    assert_eq!(ask(&elsewhere).await, StatusCode::UNAUTHORIZED);
    let (other, _) = key();
    assert_eq!(
        ask(&assertion(&house, &other, "3", &issuer)).await,
        StatusCode::UNAUTHORIZED
    );
    let late = assertion(&house, &private, "4", &issuer);
    house.advance(TimeDelta::minutes(3)).await;
    assert_eq!(ask(&late).await, StatusCode::UNAUTHORIZED);
    // The secret on file is no second way in.
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", "chat"),
        ("client_secret", secret.as_str()),
    ];
    assert_eq!(
        call(&house, "/oauth2/token", &fields).await.status,
        StatusCode::UNAUTHORIZED
    );
    let fields = [("grant_type", "client_credentials"), ("client_id", "chat")];
    assert_eq!(
        call(&house, "/oauth2/token", &fields).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn names_and_words_are_the_clients_own_where_its_record_says_so() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut subs = Vec::new();
    for (id, kind) in [("chat", "public"), ("chat", "pairwise")] {
        let record = json!({"id": id, "subject_type": kind, "id_token_algorithm": "EdDSA",
            "acr_values": {"gold": "aal2_phishing_resistant"}, "scopes": ["openid", "profile"]});
        let secret = client(&house, record).await;
        let mut tab = Tab::new(&house);
        let answer = tab.sign_in(&authorize(&[("acr_values", "gold")]), &mut key).await;
        let tokens = redeem(&house, &secret, &told(&answer)["code"], &[]).await.json();
        let keys = house.app.keys.load_full();
        let token = tokens["id_token"].as_str().unwrap();
        assert_eq!(jsonwebtoken::decode_header(token).unwrap().alg, Algorithm::EdDSA);
        let claims = countersign_authn::oidc::jws::verify(&keys, token).unwrap();
        assert_eq!(claims["acr"], "gold");
        assert!(claims.get("email").is_none() && claims.contains_key("preferred_username"));
        let sub = claims["sub"].as_str().unwrap().to_owned();
        // The hint names her by the client's own name for her.
        let path = authorize(&[("prompt", "none"), ("id_token_hint", token)]);
        assert!(told(&tab.get(&path).await).contains_key("code"));
        subs.push(sub);
    }
    assert_ne!(subs[0], subs[1]);
    assert_eq!(subs[0].len(), subs[1].len());
}
