// SPDX-License-Identifier: Apache-2.0
//! The provider as clients meet it: what a request leads to, and what an ID token says.

use chrono::TimeDelta;
use countersign_tests::house::open_house;
use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::desk::{REDIRECT, Tab, authorize, client, location, passkey, redeem, told};

#[tokio::test]
async fn o16_a_wrong_client_or_address_ends_on_our_page() {
    let house = open_house().await;
    client(&house, json!({})).await;
    for change in [
        ("client_id", "unheard-of"),
        ("client_id", ""),
        ("redirect_uri", "https://chat.example/callback/../x"),
        ("redirect_uri", "https://chat.example\\@evil.example/callback"),
        ("redirect_uri", "https://evil.example/"),
    ] {
        let answer = Tab::new(&house).get(&authorize(&[change])).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{change:?}");
        assert!(answer.headers.get(header::LOCATION).is_none());
        assert!(answer.text.contains("This sign-in link is not valid"));
    }
}

#[tokio::test]
async fn o10_the_request_is_frozen_and_what_the_browser_sends_later_is_ignored() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin(&authorize(&[])).await;
    let challenge = tab.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
        ("redirect_uri", "https://evil.example/"),
        ("response_type", "token"),
    ];
    assert_eq!(tab.post("/signin/passkey", &fields).await.status, StatusCode::OK);
    let path = format!("/signin/continue?flow={flow}&redirect_uri=https://evil.example/&state=x");
    let answer = tab.get(&path).await;
    assert!(location(&answer).starts_with(REDIRECT));
    assert_eq!(told(&answer)["state"], "a state");
    assert_eq!(tab.get(&path).await.status, StatusCode::GONE, "it leads on once");
}

#[tokio::test]
async fn an_id_token_says_who_how_and_when_and_verifies_with_the_published_keys() {
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let house = open_house().await;
        let secret = client(&house, json!({"id_token_algorithm": algorithm})).await;
        let mut key = passkey(&house, "dave").await;
        let mut tab = Tab::new(&house);
        let code = told(&tab.sign_in(&authorize(&[]), &mut key).await)["code"].clone();
        let tokens = redeem(&house, &secret, &code, &[]).await.json();
        let token = tokens["id_token"].as_str().unwrap();
        let header = jsonwebtoken::decode_header(token).unwrap();
        let keys = house.anonymous(Method::GET, "/oauth2/jwks", None).await.json();
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys).unwrap();
        let key = keys.find(&header.kid.unwrap()).unwrap();
        let mut validation = jsonwebtoken::Validation::new(header.alg);
        validation.set_audience(&["chat"]);
        validation.set_issuer(&[house.app.config.issuer.as_str()]);
        validation.validate_exp = false;
        let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
        let claims = jsonwebtoken::decode::<Value>(token, &key, &validation)
            .unwrap()
            .claims;
        assert_eq!(claims["preferred_username"], "dave");
        assert_eq!(claims["nonce"], "a nonce");
        assert_eq!(claims["acr"], "phr");
        assert_eq!(claims["auth_time"], house.app.now().timestamp());
        assert!(claims["amr"].as_array().unwrap().contains(&json!("hwk")));
        assert_eq!(claims["exp"], claims["iat"].as_i64().unwrap() + 300);
        assert_ne!(claims["sub"], "dave");
        let sid = claims["sid"].as_str().unwrap();
        let facts = house.app.board.facts(
            &"dave".parse().unwrap(),
            "chat",
            Some(&countersign_authn::session::Sid::from_text(sid)),
            house.app.now(),
        );
        assert_eq!(facts.unwrap().aal, 2);
    }
}

#[tokio::test]
async fn a_session_is_reused_silently_and_prompt_none_never_asks() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let silent = authorize(&[("prompt", "none")]);
    let mut tab = Tab::new(&house);
    assert_eq!(told(&tab.get(&silent).await)["error"], "login_required");
    let mut key = passkey(&house, "dave").await;
    tab.sign_in("/signin", &mut key).await;
    assert!(told(&tab.get(&silent).await).contains_key("code"));
    let stronger = authorize(&[("prompt", "none"), ("acr_values", "phrh")]);
    assert_eq!(told(&tab.get(&stronger).await)["error"], "interaction_required");
    house.advance(TimeDelta::seconds(31)).await;
    let fresher = authorize(&[("prompt", "none"), ("max_age", "30")]);
    assert_eq!(told(&tab.get(&fresher).await)["error"], "login_required");
}

#[tokio::test]
async fn o13_a_clients_least_level_holds_on_silent_reuse_too() {
    let house = open_house().await;
    client(&house, json!({"level": "aal3"})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let answer = tab.get(&authorize(&[("prompt", "none")])).await;
    assert_eq!(told(&answer)["error"], "interaction_required");
    let flow = tab.begin(&authorize(&[])).await;
    let challenge = tab.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    let page = tab.post("/signin/passkey", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert!(page.text.contains("Go back to Chat"), "{}", page.text);
    let answer = tab.get(&format!("/signin/back?flow={flow}")).await;
    assert_eq!(told(&answer)["error"], "unmet_authentication_requirements");
}

#[tokio::test]
async fn prompt_login_asks_again_and_the_new_sign_in_is_enough() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    house.advance(TimeDelta::seconds(1)).await;
    let answer = tab.sign_in(&authorize(&[("prompt", "login")]), &mut key).await;
    assert!(told(&answer).contains_key("code"));
}

#[tokio::test]
async fn form_post_sends_the_answer_to_the_registered_origin_alone() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let answer = tab.get(&authorize(&[("response_mode", "form_post")])).await;
    assert_eq!(answer.status, StatusCode::OK);
    let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("form-action https://chat.example;"), "{policy}");
    assert!(answer.text.contains("name=\"code\""));
    assert!(answer.text.contains("name=\"iss\""));
}

#[tokio::test]
async fn the_discovery_document_names_what_is_there() {
    let house = open_house().await;
    let document = house
        .anonymous(Method::GET, "/.well-known/openid-configuration", None)
        .await
        .json();
    assert_eq!(document["issuer"], house.app.config.issuer);
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(document["backchannel_logout_session_supported"], true);
}
