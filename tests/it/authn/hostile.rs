// SPDX-License-Identifier: Apache-2.0
//! A provider that lies, and browsers that come back with what is not theirs: nobody gets in.

use chrono::TimeDelta;
use countersign_tests::house::start;
use countersign_tests::provider::{Lie, Provider, Sign, Token, asked};
use http::StatusCode;
use serde_json::{Value, json};

use super::desk::{Tab, location};
use super::upstream::{Stage, leads_to, nina, stage};

/// Nobody was made, nobody is signed in.
fn nobody(stage: &Stage) {
    assert!(stage.house.app.snapshot().person("nina").is_none());
    assert!(
        stage
            .house
            .app
            .board
            .of_person(&"nina".parse().unwrap(), stage.house.app.now())
            .is_empty()
    );
}

async fn refused(lie: Lie, words: &str) {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let there = stage.leave(&mut tab, "/signin").await;
    let shown = format!("{lie:?}");
    stage.provider.lie(lie);
    let page = stage.return_from(&mut tab, &there, nina()).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{shown} {}", page.text);
    let text = page.text.replace("&#x27;", "'").replace("&#39;", "'");
    assert!(text.contains(words), "{shown} {text}");
    assert!(!tab.cookies.contains_key("countersign"), "{shown}");
    nobody(&stage);
}

const DISTRUST: &str = "We can't trust the answer";

fn claim(name: &'static str, value: Value) -> Lie {
    Lie {
        claims: vec![(name, value)],
        ..Lie::default()
    }
}

/// O2: the rules of the ID token, each broken alone, met from outside.
#[tokio::test]
async fn o2_a_token_that_breaks_one_rule_lets_nobody_in() {
    let now = start().timestamp();
    for lie in [
        claim("iss", json!("https://evil.example")),
        claim("aud", json!("sibling")),
        claim("aud", json!(["countersign", "sibling"])),
        claim("azp", json!("sibling")),
        claim("nonce", json!("of another request")),
        claim("nonce", Value::Null),
        claim("exp", json!(now - 61)),
        claim("exp", Value::Null),
        claim("iat", json!(now - 3600)),
        claim("iat", json!(now + 3600)),
        claim("sub", Value::Null),
        claim("auth_time", json!(now + 3600)),
        Lie {
            at_hash: true,
            ..Lie::default()
        },
    ] {
        refused(lie, DISTRUST).await;
    }
}

#[tokio::test]
async fn a_token_that_the_source_did_not_sign_lets_nobody_in() {
    for sign in [
        Sign::None,
        Sign::PublicKeyAsSecret,
        Sign::Stranger,
        Sign::Unpublished,
    ] {
        let lie = Lie {
            sign,
            ..Lie::default()
        };
        refused(lie, DISTRUST).await;
    }
}

#[tokio::test]
async fn userinfo_about_somebody_else_lets_nobody_in() {
    let lie = Lie {
        userinfo: Some("n-2".into()),
        ..Lie::default()
    };
    refused(lie, DISTRUST).await;
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_or_endless_or_leads_elsewhere_lets_nobody_in() {
    for token in [Token::Down, Token::Huge, Token::Redirect] {
        let words = if token == Token::Down {
            DISTRUST
        } else {
            "doesn't answer"
        };
        let lie = Lie {
            token,
            ..Lie::default()
        };
        refused(lie, words).await;
    }
}

#[tokio::test]
async fn a_token_endpoint_that_never_answers_is_given_up() {
    let lie = Lie {
        token: Token::Silent,
        ..Lie::default()
    };
    refused(lie, "doesn't answer").await;
}

#[tokio::test]
async fn a_provider_that_names_another_issuer_is_not_used() {
    let stage = stage(json!({})).await;
    stage.provider.lie(Lie {
        discovery: Some("https://evil.example".into()),
        ..Lie::default()
    });
    let mut tab = Tab::new(&stage.house);
    let flow = tab.begin("/signin").await;
    let page = tab.get(&format!("/signin/source?flow={flow}&source=mod")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    // It is left alone for a moment; what is right again after that is used again.
    stage.provider.lie(Lie::default());
    stage.house.advance(TimeDelta::seconds(5)).await;
    let there = tab.get(&format!("/signin/source?flow={flow}&source=mod")).await;
    assert_eq!(there.status, StatusCode::SEE_OTHER);
}

/// O1: mix-up. An answer that names another issuer, or none, takes its code nowhere; and one for a trip to
/// one source is worth nothing at the address of another.
#[tokio::test]
async fn o1_a_mixed_up_answer_sends_its_code_nowhere() {
    for answers_as in [Some("https://evil.example".to_owned()), None] {
        let stage = stage(json!({})).await;
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        stage.provider.lie(Lie {
            answers_as: Some(answers_as),
            ..Lie::default()
        });
        let page = stage.return_from(&mut tab, &there, nina()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert_eq!(stage.provider.codes_seen(), 0);
        nobody(&stage);
    }
    let stage = stage(json!({})).await;
    let evil = Provider::start(start()).await;
    let mut second = (*stage.house.app.upstream.source(&"mod".parse().unwrap()).unwrap()).clone();
    let mut record = serde_json::to_value(&second).unwrap();
    record["id"] = json!("evil");
    record["protocol"]["oidc"]["issuer"] = json!(evil.issuer());
    second = serde_json::from_value(record).unwrap();
    let first = (*stage.house.app.upstream.source(&"mod".parse().unwrap()).unwrap()).clone();
    stage.house.app.upstream.replace([first, second]);
    let mut tab = Tab::new(&stage.house);
    let there = stage.leave(&mut tab, "/signin").await;
    let query = stage.provider.sign_in(&there, nina());
    let page = tab.get(&format!("/oidc/sources/evil/callback?{query}")).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert_eq!((stage.provider.codes_seen(), evil.codes_seen()), (0, 0));
    nobody(&stage);
}

/// O3: the way back works once, for five minutes, in the browser that left.
#[tokio::test]
async fn o3_the_way_back_is_used_once_in_time_and_by_the_browser_that_left() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let there = stage.leave(&mut tab, "/signin").await;
    let query = stage.provider.sign_in(&there, nina());
    let path = format!("/oidc/sources/mod/callback?{query}");
    let mut victim = Tab::new(&stage.house);
    victim.begin("/signin").await;
    let page = victim.get(&path).await;
    assert_eq!(page.status, StatusCode::GONE, "another browser");
    assert_eq!(
        Tab::new(&stage.house).get(&path).await.status,
        StatusCode::GONE,
        "no browser of ours"
    );
    nobody(&stage);
    // Once.
    let there = stage.leave(&mut tab, "/signin").await;
    let path = format!(
        "/oidc/sources/mod/callback?{}",
        stage.provider.sign_in(&there, nina())
    );
    assert_eq!(tab.get(&path).await.status, StatusCode::OK);
    assert_eq!(tab.get(&path).await.status, StatusCode::GONE, "replayed");
    // A state of nobody.
    let query = stage.provider.answer("A".repeat(43).as_str(), &[("code", "c")]);
    let page = tab.get(&format!("/oidc/sources/mod/callback?{query}")).await;
    assert_eq!(page.status, StatusCode::GONE);
    // In time.
    for (seconds, status) in [(300, StatusCode::OK), (301, StatusCode::GONE)] {
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        stage.house.advance(TimeDelta::seconds(seconds)).await;
        stage.provider.at(stage.house.app.now());
        let page = stage.return_from(&mut tab, &there, nina()).await;
        assert_eq!(page.status, status, "{seconds}");
    }
}

#[tokio::test]
async fn a_new_key_is_fetched_once_and_not_as_often_as_somebody_likes() {
    let stage = stage(json!({})).await;
    let unpublished = Lie {
        sign: Sign::Unpublished,
        ..Lie::default()
    };
    let mut tab = Tab::new(&stage.house);
    for _ in 0..3 {
        let there = stage.leave(&mut tab, "/signin").await;
        stage.provider.lie(unpublished.clone());
        let page = stage.return_from(&mut tab, &there, nina()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(
        stage.provider.jwks_read(),
        1,
        "read when the provider was met, and not again so soon"
    );
    stage.house.advance(TimeDelta::seconds(30)).await;
    stage.provider.at(stage.house.app.now());
    stage.provider.roll();
    let there = stage.leave(&mut tab, "/signin").await;
    let page = stage.return_from(&mut tab, &there, nina()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(stage.provider.jwks_read(), 2);
}

#[tokio::test]
async fn what_the_source_refuses_has_its_page_and_a_reference() {
    for (error, words) in [
        ("access_denied", "You didn't sign in"),
        ("login_required", "That was not possible there"),
        ("temporarily_unavailable", "We can't reach them right now"),
        ("invalid_scope", "That answer can't be used"),
        ("<script>", "That answer can't be used"),
    ] {
        let stage = stage(json!({})).await;
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        let query = stage
            .provider
            .answer(&asked(&there)["state"], &[("error", error)]);
        let page = tab.get(&format!("/oidc/sources/mod/callback?{query}")).await;
        let text = page.text.replace("&#x27;", "'").replace("&#39;", "'");
        assert!(text.contains(words), "{error} {text}");
        assert!(
            text.contains("Reference: <code>S-") && text.contains("Sign in another way"),
            "{text}"
        );
        assert!(!text.contains("<script>"));
    }
}

#[tokio::test]
async fn a_source_that_may_not_say_who_is_here_or_is_disabled_lets_nobody_in() {
    let stage = stage(json!({ "trust": { "identity": false } })).await;
    let mut tab = Tab::new(&stage.house);
    let flow = tab.begin("/signin").await;
    let page = tab.get(&format!("/signin?flow={flow}")).await;
    assert!(!page.text.contains("Sign in with Ministry"));
    let page = tab.get(&format!("/signin/source?flow={flow}&source=mod")).await;
    assert_eq!(page.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_sign_in_there_that_is_too_old_for_a_session_is_asked_for_anew() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    let there = stage.leave(&mut tab, "/signin").await;
    let mut who = nina();
    who["auth_time"] = json!(start().timestamp() - 25 * 3600);
    let page = stage.return_from(&mut tab, &there, who).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("too long ago"), "{}", page.text);
    let (_, rest) = page.text.split_once("href=\"/signin/source").unwrap();
    let again = format!(
        "/signin/source{}",
        rest.split('"').next().unwrap().replace("&#38;", "&")
    );
    let there = tab.get(&again).await;
    assert_eq!(asked(location(&there))["prompt"], "login");
    let page = stage.return_from(&mut tab, location(&there), nina()).await;
    assert!(leads_to(&page).starts_with("/signin/continue"));
}
