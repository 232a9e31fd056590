// SPDX-License-Identifier: Apache-2.0
//! The end of what came from an OpenID provider, there and here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use chrono::TimeDelta;
use countersign_authn::store::{sessions, upstream_sessions};
use countersign_tests::house::start;
use http::StatusCode;
use serde_json::json;

use super::{nina, stage};
use crate::authn::desk::Tab;

#[tokio::test]
async fn a_logout_from_there_ends_what_came_from_there_once() {
    let stage = stage(json!({})).await;
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", nina())
        .await;
    let mut elsewhere = nina();
    elsewhere["sid"] = json!("there-2");
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", elsewhere)
        .await;
    let open = || async {
        let mut db = stage.house.app.database.pool.acquire().await.unwrap();
        let all = sessions::open_of_person(&"nina".parse().unwrap(), &mut db)
            .await
            .unwrap();
        all.len()
    };
    assert_eq!(open().await, 2);
    let send = |token: String| async {
        let token = token;
        crate::authn::desk::call(
            &stage.house,
            "/oidc/sources/mod/backchannel-logout",
            &[("logout_token", &token)],
        )
        .await
    };
    let of_sid = [("sub", json!("n-1")), ("sid", json!("there-1"))];
    for wrong in [
        stage
            .provider
            .logout_token("a", &[("sub", json!("n-1")), ("nonce", json!("x"))]),
        stage
            .provider
            .logout_token("b", &[("sub", json!("n-1")), ("aud", json!("sibling"))]),
        stage
            .provider
            .logout_token("c", &[("sub", json!("n-1")), ("events", json!({}))]),
        stage.provider.logout_token("d", &[]),
        "no token".to_owned(),
    ] {
        let answer = send(wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(open().await, 2);
    let token = stage.provider.logout_token("e", &of_sid);
    let answer = send(token.clone()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(open().await, 1, "the other session there goes on");
    assert_eq!(
        send(token.clone()).await.status,
        StatusCode::BAD_REQUEST,
        "the same message again"
    );
    // Another process has heard of it too.
    let other = stage.house.reopened().await;
    let mut db = other.database.begin_write().await.unwrap();
    let mut log = countersign_authn::Happened::new();
    let ended = countersign_authn::upstream::logout::Ended {
        issuer: stage.provider.issuer().to_owned(),
        subject: Some("n-1".into()),
        session: None,
        message: "e".into(),
        remember_until: start() + TimeDelta::minutes(20),
    };
    let source = "mod".parse().unwrap();
    let taken = countersign_authn::upstream::logout::end_all(
        &source,
        &ended,
        start(),
        &mut other.rng(),
        &mut log,
        &mut db,
    )
    .await
    .unwrap();
    assert_eq!(taken, countersign_authn::upstream::logout::Taken::Again);
    drop(db);
    let all = stage.provider.logout_token("f", &[("sub", json!("n-1"))]);
    assert_eq!(send(all).await.status, StatusCode::OK);
    assert_eq!(open().await, 0);
}

/// Serves nothing but faults, slowly; counts how often it is asked.
async fn out_of_order() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let answer = async move || {
        count.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(300)).await;
        StatusCode::SERVICE_UNAVAILABLE
    };
    let router = Router::new().fallback(get(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (format!("http://{address}"), asked)
}

#[tokio::test]
async fn a_provider_that_is_down_is_called_once_for_all_who_ask_and_not_for_nonsense() {
    let (issuer, asked) = out_of_order().await;
    let stage = stage(json!({ "protocol": { "oidc": { "issuer": issuer } } })).await;
    let send = async |token: String| {
        crate::authn::desk::call(
            &stage.house,
            "/oidc/sources/mod/backchannel-logout",
            &[("logout_token", &token)],
        )
        .await
        .status
    };
    let token = |claims: &[(&str, serde_json::Value)]| {
        let all = [&[("sub", json!("n-1")), ("iss", json!(issuer))], claims].concat();
        stage.provider.logout_token("a", &all)
    };
    for nonsense in [
        "nothing".to_owned(),
        "a.b.c".to_owned(),
        stage.provider.logout_token("a", &[("sub", json!("n-1"))]),
        token(&[("aud", json!("sibling"))]),
        token(&[("iat", json!(0))]),
    ] {
        assert_eq!(send(nonsense).await, StatusCode::BAD_REQUEST);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    let all = futures_util::future::join_all((0..20).map(|_| send(token(&[])))).await;
    assert_eq!(all, [StatusCode::SERVICE_UNAVAILABLE; 20]);
    assert_eq!(send(token(&[])).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // It is not given up for good.
    stage.house.advance(TimeDelta::seconds(6)).await;
    assert_eq!(send(token(&[])).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn signing_out_offers_to_sign_out_there_too() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    stage.sign_in(&mut tab, "/signin", nina()).await;
    let csrf = stage.session("nina").await.csrf;
    let page = tab.post("/account/signout", &[("csrf", &csrf)]).await;
    let there = format!("{}/logout?client_id=countersign", stage.provider.issuer());
    assert!(page.text.contains(&there), "{}", page.text);
}

/// The ID token is dropped as shipped. Where the record says that it is kept, it lies sealed with the session, goes along
/// when she signs out, and is gone with the session.
#[tokio::test]
async fn an_id_token_is_kept_where_the_record_says_so_and_for_the_session_alone() {
    for keeps in [false, true] {
        let stage = stage(json!({ "protocol": { "oidc": { "keep_id_token": keeps } } })).await;
        let mut tab = Tab::new(&stage.house);
        stage.sign_in(&mut tab, "/signin", nina()).await;
        let session = stage.session("nina").await;
        let kept = async || {
            let mut db = stage.house.app.database.pool.acquire().await.unwrap();
            let from = upstream_sessions::of_session(&session.id, &mut db).await.unwrap();
            from.into_iter().find_map(|from| from.id_token)
        };
        let sealed = kept().await;
        assert_eq!(sealed.is_some(), keeps);
        let page = tab.post("/account/signout", &[("csrf", &session.csrf)]).await;
        if let Some(sealed) = sealed {
            let there = format!(
                "{}/logout?client_id=countersign&#38;id_token_hint=",
                stage.provider.issuer()
            );
            let (_, hint) = page
                .text
                .split_once(&there)
                .unwrap_or_else(|| panic!("{}", page.text));
            let hint = hint.split('"').next().unwrap();
            assert_eq!(hint.split('.').count(), 3, "{hint}");
            assert!(!sealed.windows(8).any(|part| part == &hint.as_bytes()[..8]));
            assert_eq!(page.headers["referrer-policy"], "same-origin");
        } else {
            assert!(!page.text.contains("id_token_hint"), "{}", page.text);
        }
        stage.house.app.sweep().await.unwrap();
        assert_eq!(kept().await, None);
    }
}
