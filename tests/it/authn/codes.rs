// SPDX-License-Identifier: Apache-2.0
//! Authorization codes and the tokens that they become.

use chrono::TimeDelta;
use countersign_tests::house::{TestHouse, open_house};
use http::{Method, StatusCode};
use serde_json::json;

use super::desk::{REDIRECT, Tab, VERIFIER, authorize, call, client, passkey, redeem, told};

async fn code(house: &TestHouse, changes: &[(&str, &str)]) -> String {
    let mut key = passkey(house, "dave").await;
    let answer = Tab::new(house).sign_in(&authorize(changes), &mut key).await;
    let told = told(&answer);
    assert_eq!(told["state"], "a state");
    assert_eq!(told["iss"], house.app.config.issuer);
    told["code"].clone()
}

#[track_caller]
fn is_refused(answer: &countersign_tests::house::Answer) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!(answer.json()["error"], "invalid_grant", "{}", answer.text);
}

#[tokio::test]
async fn a_code_becomes_tokens_once_and_reuse_revokes_them() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let code = code(&house, &[]).await;
    let answer = redeem(&house, &secret, &code, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let tokens = answer.json();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let userinfo = || async {
        let headers = [("authorization", bearer.as_str())];
        let request = countersign_tests::house::request(Method::GET, "/oauth2/userinfo", &headers, None);
        house.send(request).await
    };
    let claims = userinfo().await.json();
    assert_eq!(claims["preferred_username"], "dave");
    is_refused(&redeem(&house, &secret, &code, &[]).await);
    assert_eq!(userinfo().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn of_two_redemptions_at_the_same_moment_one_succeeds() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let code = code(&house, &[]).await;
    let (a, b) = tokio::join!(
        redeem(&house, &secret, &code, &[]),
        redeem(&house, &secret, &code, &[])
    );
    let succeeded = [&a, &b]
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .count();
    assert_eq!(succeeded, 1, "{} {}", a.text, b.text);
}

#[tokio::test]
async fn a_code_is_good_until_the_second_of_its_end() {
    for (seconds, status) in [
        (59, StatusCode::OK),
        (60, StatusCode::BAD_REQUEST),
        (61, StatusCode::BAD_REQUEST),
    ] {
        let house = open_house().await;
        let secret = client(&house, json!({})).await;
        let code = code(&house, &[]).await;
        house.advance(TimeDelta::seconds(seconds)).await;
        assert_eq!(
            redeem(&house, &secret, &code, &[]).await.status,
            status,
            "{seconds}"
        );
    }
}

#[tokio::test]
async fn a_wrong_verifier_address_or_client_is_refused() {
    let longer = format!("{VERIFIER}x");
    let wrong = [
        ("code_verifier", longer.as_str()),
        ("code_verifier", ""),
        ("redirect_uri", "https://chat.example/callback/"),
        ("redirect_uri", ""),
        ("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("code", "short"),
    ];
    for change in wrong {
        let house = open_house().await;
        let secret = client(&house, json!({})).await;
        let code = code(&house, &[]).await;
        is_refused(&redeem(&house, &secret, &code, &[change]).await);
    }
    let house = open_house().await;
    client(&house, json!({})).await;
    let code = code(&house, &[]).await;
    let other = client(&house, json!({"id": "other"})).await;
    is_refused(&redeem(&house, &other, &code, &[("client_id", "other")]).await);
    let answer = redeem(&house, "wrong", &code, &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["error"], "invalid_client");
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_a_downgrade_and_refused() {
    let house = open_house().await;
    let secret = client(&house, json!({"pkce": "exempt"})).await;
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let first = code(&house, &without).await;
    is_refused(&redeem(&house, &secret, &first, &[]).await);
}

#[tokio::test]
async fn a_person_disabled_between_code_and_token_gets_none() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let code = code(&house, &[]).await;
    let mut db = house.app.database.begin_write().await.unwrap();
    let dave = "dave".parse().unwrap();
    countersign_directory::store::people::set_status(&dave, countersign_directory::Status::Disabled, &mut db)
        .await
        .unwrap();
    house.app.commit(db).await.unwrap();
    is_refused(&redeem(&house, &secret, &code, &[]).await);
}

#[tokio::test]
async fn introspection_and_revocation_touch_only_the_callers_own_tokens() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let other = client(&house, json!({"id": "other"})).await;
    let code = code(&house, &[]).await;
    let tokens = redeem(&house, &secret, &code, &[]).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let mine = [
        ("client_id", "chat"),
        ("client_secret", secret.as_str()),
        ("token", token),
    ];
    let theirs = [
        ("client_id", "other"),
        ("client_secret", other.as_str()),
        ("token", token),
    ];
    let active = call(&house, "/oauth2/introspect", &mine).await.json();
    assert_eq!(active["active"], true);
    assert_eq!(active["acr"], "phr");
    assert_eq!(
        call(&house, "/oauth2/introspect", &theirs).await.json(),
        json!({"active": false})
    );
    assert_eq!(
        call(&house, "/oauth2/revoke", &theirs).await.status,
        StatusCode::OK
    );
    assert_eq!(
        call(&house, "/oauth2/introspect", &mine).await.json()["active"],
        true
    );
    assert_eq!(call(&house, "/oauth2/revoke", &mine).await.status, StatusCode::OK);
    assert_eq!(
        call(&house, "/oauth2/introspect", &mine).await.json(),
        json!({"active": false})
    );
}

#[tokio::test]
async fn a_client_asks_about_the_tokens_of_those_that_its_record_names_and_ends_none() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let guard = client(&house, json!({"id": "guard", "introspects": ["chat"]})).await;
    let stranger = client(&house, json!({"id": "stranger", "introspects": ["other"]})).await;
    let code = code(&house, &[]).await;
    let tokens = redeem(&house, &secret, &code, &[]).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let as_client = |id, secret| [("client_id", id), ("client_secret", secret), ("token", token)];
    let told = call(&house, "/oauth2/introspect", &as_client("guard", &guard))
        .await
        .json();
    assert_eq!(told["active"], true);
    assert_eq!(told["client_id"], "chat", "whose token it is");
    assert_eq!(told["username"], "dave");
    let told = call(&house, "/oauth2/introspect", &as_client("stranger", &stranger))
        .await
        .json();
    assert_eq!(told, json!({"active": false}));
    call(&house, "/oauth2/revoke", &as_client("guard", &guard)).await;
    let told = call(&house, "/oauth2/introspect", &as_client("guard", &guard))
        .await
        .json();
    assert_eq!(told["active"], true, "asking is no right to end");
}

#[tokio::test]
async fn a_client_acts_for_itself_with_its_secret_alone() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let grant = ("grant_type", "client_credentials");
    let good = [grant, ("client_id", "chat"), ("client_secret", secret.as_str())];
    let answer = call(&house, "/oauth2/token", &good).await;
    assert_eq!(answer.json()["expires_in"], 300);
    for bad in [
        vec![grant, ("client_id", "chat"), ("client_secret", "wrong")],
        vec![grant, ("client_id", "chat")],
        vec![
            grant,
            ("client_id", "unheard-of"),
            ("client_secret", secret.as_str()),
        ],
    ] {
        assert_eq!(
            call(&house, "/oauth2/token", &bad).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let answer = call(
        &house,
        "/oauth2/token",
        &[("grant_type", "password"), good[1], good[2]],
    )
    .await;
    assert_eq!(answer.json()["error"], "unsupported_grant_type");
    assert!(REDIRECT.starts_with("https://"));
}
