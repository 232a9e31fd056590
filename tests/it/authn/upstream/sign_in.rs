// SPDX-License-Identifier: Apache-2.0
//! Who gets in by way of an OpenID provider, and how strongly.

use countersign_authn::assurance::{Level, Method};
use countersign_tests::house::start;
use countersign_tests::provider::asked;
use http::{Method as Verb, StatusCode};
use serde_json::{Value, json};

use super::{leads_to, link, nina, stage};
use crate::authn::desk::{Tab, authorize, client, location, passkey, redeem, told};

#[tokio::test]
async fn somebody_new_gets_an_account_and_a_code_for_the_client() {
    let stage = stage(json!({})).await;
    let secret = client(&stage.house, json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let answer = stage.sign_in(&mut tab, &authorize(&[]), nina()).await;
    let code = told(&answer)["code"].clone();
    let tokens = redeem(&stage.house, &secret, &code, &[]).await.json();
    assert!(tokens["id_token"].is_string(), "{tokens}");
    let session = stage.session("nina").await;
    assert_eq!(session.level, Level::Aal2);
    assert_eq!(session.methods, [Method::Otp, Method::Pwd].into());
    assert_eq!(session.auth_time, start());
    let snapshot = stage.house.app.snapshot();
    let person = snapshot.person("nina").unwrap();
    assert_eq!(person.email.as_deref(), Some("nina@mod.example"));
    assert!(person.clearances.is_empty() && person.roles.is_empty());
    // The second time she is known by her link, whatever she is called then.
    let mut renamed = nina();
    renamed["preferred_username"] = json!("other");
    renamed["email"] = json!("other@mod.example");
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", renamed)
        .await;
    assert!(stage.house.app.snapshot().person("other").is_none());
    assert_eq!(stage.links("nina").await, 1);
}

#[tokio::test]
async fn what_the_client_asks_is_asked_there_in_its_own_words() {
    let stage = stage(json!({})).await;
    client(&stage.house, json!({})).await;
    let path = authorize(&[
        ("acr_values", "phr"),
        ("max_age", "60"),
        ("login_hint", "nina"),
        ("ui_locales", "de fr"),
    ]);
    let said = asked(&stage.leave(&mut Tab::new(&stage.house), &path).await);
    for (name, value) in [
        ("acr_values", "gold"),
        ("max_age", "60"),
        ("login_hint", "nina"),
        ("ui_locales", "de fr"),
        ("redirect_uri", "http://localhost:8080/oidc/sources/mod/callback"),
    ] {
        assert_eq!(said[name], value);
    }
    assert!(!said.contains_key("prompt"));
    let again = stage
        .leave(&mut Tab::new(&stage.house), &authorize(&[("prompt", "login")]))
        .await;
    assert_eq!(asked(&again)["prompt"], "login");
}

#[tokio::test]
async fn a_session_never_exceeds_the_sources_cap_and_unknown_words_give_the_floor() {
    for (acr, level) in [
        (json!("gold"), Level::Aal2PhishingResistant),
        (json!("phrh"), Level::Aal1),
        (json!("urn:x:aal:3"), Level::Aal1),
        (Value::Null, Level::Aal1),
    ] {
        let stage = stage(json!({})).await;
        let mut who = nina();
        who["acr"] = acr;
        stage.sign_in(&mut Tab::new(&stage.house), "/signin", who).await;
        assert_eq!(stage.session("nina").await.level, level);
    }
}

#[tokio::test]
async fn a_source_that_falls_short_is_followed_by_a_local_step_up_of_the_same_session() {
    let stage = stage(json!({})).await;
    client(&stage.house, json!({})).await;
    let mut key = passkey(&stage.house, "dave").await;
    link(&stage, "dave", "d-1").await;
    let who = json!({ "sub": "d-1", "acr": "silver" });
    let mut tab = Tab::new(&stage.house);
    let flow = tab.begin(&authorize(&[("acr_values", "phr")])).await;
    let there = tab.get(&format!("/signin/source?flow={flow}&source=mod")).await;
    let page = stage.return_from(&mut tab, location(&there), who).await;
    assert_eq!(leads_to(&page), format!("/signin?flow={flow}"), "{}", page.text);
    let before = stage.session("dave").await;
    assert_eq!(before.level, Level::Aal2);
    let page = tab.get(&format!("/signin?flow={flow}")).await;
    assert!(
        page.text.contains("One more step") && page.text.contains("Chat needs a passkey"),
        "{}",
        page.text
    );
    let challenge = tab.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    let page = tab.post("/signin/passkey", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let answer = tab.get(&leads_to(&page)).await;
    assert!(told(&answer).contains_key("code"));
    let after = stage.session("dave").await;
    assert_eq!((after.id, after.level), (before.id, Level::Aal2PhishingResistant));
}

#[tokio::test]
async fn a_source_that_falls_short_without_a_way_of_her_own_says_what_would_do_and_then_is_the_right_error() {
    let stage = stage(json!({})).await;
    client(&stage.house, json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let path = authorize(&[("acr_values", "phrh")]);
    let page = stage.sign_in(&mut tab, &path, nina()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(
        page.text.contains("None of your ways to sign in is enough"),
        "{}",
        page.text
    );
    let back = page.text.split("href=\"/signin/back?flow=").nth(1).unwrap();
    let flow = back.split('"').next().unwrap();
    let answer = tab.get(&format!("/signin/back?flow={flow}")).await;
    assert_eq!(told(&answer)["error"], "unmet_authentication_requirements");
    assert_eq!(
        stage.session("nina").await.level,
        Level::Aal2,
        "she is signed in, but not for that"
    );
}

#[tokio::test]
async fn an_age_that_was_asked_for_is_required_again_on_return() {
    let stage = stage(json!({})).await;
    client(&stage.house, json!({})).await;
    passkey(&stage.house, "dave").await;
    link(&stage, "dave", "d-1").await;
    let old = start().timestamp() - 61;
    for (auth_time, is_enough) in [
        (json!(start().timestamp() - 60), true),
        (json!(old), false),
        (Value::Null, false),
    ] {
        let mut tab = Tab::new(&stage.house);
        let address = stage.leave(&mut tab, &authorize(&[("max_age", "60")])).await;
        let who = json!({ "sub": "d-1", "acr": "silver", "auth_time": auth_time });
        let page = stage.return_from(&mut tab, &address, who).await;
        let next = leads_to(&page);
        assert_eq!(
            next.starts_with("/signin/continue"),
            is_enough,
            "{auth_time} {next}"
        );
        let answer = tab.get(&next).await;
        if is_enough {
            assert!(told(&answer).contains_key("code"));
        } else {
            assert!(
                answer.text.contains("nobody can say when you last did"),
                "{}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn a_typed_address_of_its_domain_leads_to_the_source() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let flow = tab.begin("/signin").await;
    let page = tab
        .post("/signin/name", &[("flow", &flow), ("name", "Nina@MOD.example")])
        .await;
    assert_eq!(page.status, StatusCode::OK);
    let there = tab.get(&leads_to(&page)).await;
    let said = asked(location(&there));
    assert_eq!(said["login_hint"], "Nina@MOD.example");
    let flow = tab.begin("/signin").await;
    let page = tab
        .post(
            "/signin/name",
            &[("flow", &flow), ("name", "nina@evilmod.example")],
        )
        .await;
    assert_eq!(
        page.status,
        StatusCode::SEE_OTHER,
        "others are asked for a password"
    );
}

/// O17: what a source or its people are called is text and nothing else.
#[tokio::test]
async fn o17_names_are_escaped_on_every_page() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let flow = tab.begin("/signin").await;
    let page = tab.get(&format!("/signin?flow={flow}")).await;
    assert!(
        page.text
            .contains("Sign in with Ministry &#60;b&#62;of&#60;/b&#62; Defence"),
        "{}",
        page.text
    );
    stage.sign_in(&mut tab, "/signin", nina()).await;
    let page = tab.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Nina &#60;i&#62;N"), "{}", page.text);
    let mut stranger = Tab::new(&stage.house);
    let address = stage.leave(&mut stranger, "/signin").await;
    let state = asked(&address)["state"].clone();
    let query = stage.provider.answer(
        &state,
        &[("error", "access_denied"), ("error_description", "<script>")],
    );
    let refused = stranger.get(&format!("/oidc/sources/mod/callback?{query}")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for page in [page, refused] {
        assert!(
            !page.text.contains("<b>of") && !page.text.contains("<i>N") && !page.text.contains("<script>")
        );
    }
}

#[tokio::test]
async fn without_a_secret_we_sign_who_we_are() {
    let stage = stage(json!({ "protocol": { "oidc": {
        "secret_file": null, "authentication": "private_key_jwt",
    } } }))
    .await;
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", nina())
        .await;
    let assertion = stage.provider.assertion().unwrap();
    let keys = stage
        .house
        .anonymous(Verb::GET, "/oauth2/jwks", None)
        .await
        .json();
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys).unwrap();
    let header = jsonwebtoken::decode_header(&assertion).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(header.alg);
    validation.set_audience(&[stage.provider.issuer()]);
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(&assertion, &key, &validation)
        .unwrap()
        .claims;
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&json!("countersign"), &json!("countersign"))
    );
    assert!(claims["jti"].is_string());
}
