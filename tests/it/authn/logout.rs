// SPDX-License-Identifier: Apache-2.0
//! Everything ends with one call, every client hears of it, and a client that does not answer holds up nobody.

use std::time::{Duration, Instant};

use authn::assurance::Level;
use authn::session::Sid;
use authn::store::outbox::{self, Notice, Protocol};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_tests::house::{TestHouse, open_house};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::desk::{Tab, authorize, client, location, passkey, redeem, token, told};

/// A client that listens for logouts; what it is sent comes out of the channel.
async fn listening() -> (String, UnboundedReceiver<String>) {
    let (heard, messages) = unbounded_channel();
    let hear = async |State(heard): State<UnboundedSender<String>>, body: String| {
        heard.send(body).unwrap();
    };
    let router = Router::new().route("/logout", post(hear)).with_state(heard);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/logout", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, messages)
}

/// A client that takes connections and never answers.
async fn deaf() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/logout", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok(connection) = listener.accept().await {
            held.push(connection);
        }
    });
    address
}

fn at(id: &str, path: &str, changes: &[(&str, &str)]) -> String {
    assert_eq!(path, "authorize");
    let mut all = vec![("client_id", id)];
    all.extend(changes);
    authorize(&all)
}

pub(super) async fn tokens_at(house: &TestHouse, tab: &mut Tab<'_>, id: &str, secret: &str) -> Value {
    let code = told(&tab.get(&at(id, "authorize", &[("prompt", "none")])).await)["code"].clone();
    redeem(house, secret, &code, &[("client_id", id)]).await.json()
}

#[tokio::test]
async fn one_call_ends_every_session_token_and_chain_and_each_client_hears_at_once() {
    let house = open_house().await;
    let (address, mut messages) = listening().await;
    let grants = json!(["authorization_code", "refresh_token"]);
    let mut secrets = Vec::new();
    for (id, uri) in [
        ("deaf", deaf().await),
        ("chat", address.clone()),
        ("wiki", address),
    ] {
        let record = json!({"id": id, "grants": grants, "backchannel_logout_uri": uri});
        secrets.push((id, client(&house, record).await));
    }
    let mut key = passkey(&house, "dave").await;
    let mut issued = Vec::new();
    for _ in 0..2 {
        let mut tab = Tab::new(&house);
        tab.sign_in("/signin", &mut key).await;
        for (id, secret) in &secrets {
            issued.push((*id, secret, tokens_at(&house, &mut tab, id, secret).await));
        }
    }
    let judy = house.browser("judy", Level::Aal2, None).await;
    let begun = Instant::now();
    let answer = house
        .as_person(&judy, Method::POST, "/api/v1/people/dave/sessions/end", None)
        .await;
    assert!(answer.status.is_success(), "{}", answer.text);
    house.app.begin_logouts().await.unwrap();
    for _ in 0..4 {
        let message = tokio::time::timeout(Duration::from_secs(5), messages.recv()).await;
        assert!(message.unwrap().unwrap().starts_with("logout_token="));
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    for (id, secret, tokens) in issued {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
            ("client_id", id),
            ("client_secret", secret.as_str()),
        ];
        assert_eq!(token(&house, &fields).await.json()["error"], "invalid_grant");
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        let request = countersign_tests::house::request(Method::GET, "/oauth2/userinfo", &headers, None);
        assert_eq!(house.send(request).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn two_hundred_messages_to_a_client_that_does_not_answer_keep_nobody_waiting() {
    let house = open_house().await;
    let (address, mut messages) = listening().await;
    for id in ["deaf", "chat"] {
        client(&house, json!({"id": id})).await;
    }
    let now = house.app.now();
    let deaf = deaf().await;
    let mut db = house.app.database.begin_write().await.unwrap();
    for number in 0..=200 {
        let (client, uri) = match number {
            200 => ("chat", &address),
            _ => ("deaf", &deaf),
        };
        let notice = Notice {
            id: format!("notice-{number:03}"),
            client: client.to_owned(),
            protocol: Protocol::Openid,
            uri: uri.clone(),
            sid: Sid::from_text(format!("sid-{number}")),
            sub: "somebody".to_owned(),
            attempts: 0,
        };
        let at = now - TimeDelta::seconds(300 - number);
        outbox::put(&notice, at, &mut db).await.unwrap();
    }
    house.app.commit(db).await.unwrap();
    for _ in 0..3 {
        house.app.begin_logouts().await.unwrap();
    }
    let message = tokio::time::timeout(Duration::from_secs(5), messages.recv()).await;
    assert!(message.unwrap().unwrap().starts_with("logout_token="));
    let under_way = house.app.logouts_under_way.lock().await.get("deaf").copied();
    assert_eq!(under_way, Some(8), "it has enough to answer");
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let waiting = outbox::due(now, 500, &mut db).await.unwrap();
    assert_eq!(waiting.len(), 192, "what is on its way is nobody else's");
}

#[tokio::test]
async fn a_logout_without_a_hint_asks_and_then_leads_back_only_to_a_registered_address() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let ask =
        |address: &str| format!("/oauth2/logout?client_id=chat&post_logout_redirect_uri={address}&state=x");
    let answer = tab.get(&ask("https://chat.example/bye")).await;
    let page = location(&answer).to_owned();
    assert!(page.starts_with("/account/signout?"), "{page}");
    let answer = tab.get(&page).await;
    assert!(answer.text.contains("Chat asks to sign you out"));
    let dave = "dave".parse().unwrap();
    let session = house.app.board.of_person(&dave, house.app.now()).remove(0);
    let fields = [
        ("csrf", session.csrf.as_str()),
        ("client_id", "chat"),
        ("post_logout_redirect_uri", "https://chat.example/bye"),
        ("state", "x"),
    ];
    let answer = tab.post("/account/signout", &fields).await;
    assert!(
        answer.text.contains("url=https://chat.example/bye?state=x"),
        "{}",
        answer.text
    );
    assert!(house.app.board.of_person(&dave, house.app.now()).is_empty());
    // Nobody is signed in any more: nothing to ask.
    let answer = tab.get(&ask("https://chat.example/bye")).await;
    assert_eq!(location(&answer), "https://chat.example/bye?state=x");
    let answer = tab.get(&ask("https://evil.example/")).await;
    assert!(!answer.text.contains("evil.example"));
}

#[tokio::test]
async fn a_hint_about_another_session_leaves_the_one_at_hand_alone() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let (mut dave, mut alice) = (passkey(&house, "dave").await, passkey(&house, "alice").await);
    let mut his = Tab::new(&house);
    his.sign_in("/signin", &mut dave).await;
    let tokens = tokens_at(&house, &mut his, "chat", &secret).await;
    let mut hers = Tab::new(&house);
    hers.sign_in("/signin", &mut alice).await;
    let hint = tokens["id_token"].as_str().unwrap();
    hers.get(&format!("/oauth2/logout?id_token_hint={hint}")).await;
    assert_eq!(his.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(hers.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_access_of_one_application_is_ended_from_the_account_page() {
    let house = open_house().await;
    let (address, mut messages) = listening().await;
    let grants = json!(["authorization_code", "refresh_token"]);
    let chat = client(
        &house,
        json!({"grants": grants, "backchannel_logout_uri": address}),
    )
    .await;
    let wiki = client(&house, json!({"id": "wiki", "name": "Wiki", "grants": grants})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let at_chat = tokens_at(&house, &mut tab, "chat", &chat).await;
    let at_wiki = tokens_at(&house, &mut tab, "wiki", &wiki).await;
    let page = tab.get("/account/apps").await;
    assert!(page.text.contains("Wiki") && page.text.contains("Chat"));
    let session = house
        .app
        .board
        .of_person(&"dave".parse().unwrap(), house.app.now())
        .remove(0);
    let (csrf, id) = (session.csrf.as_str(), session.id.as_str());
    let mut other = Tab::new(&house);
    let mut alice = passkey(&house, "alice").await;
    other.sign_in("/signin", &mut alice).await;
    let hers = house
        .app
        .board
        .of_person(&"alice".parse().unwrap(), house.app.now())
        .remove(0);
    let fields = [("csrf", hers.csrf.as_str()), ("client", "chat"), ("session", id)];
    let answer = other.post("/account/apps/leave", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "somebody else's session");
    let fields = [("csrf", csrf), ("client", "chat"), ("session", id)];
    assert_eq!(
        tab.post("/account/apps/leave", &fields).await.status,
        StatusCode::OK
    );
    house.app.begin_logouts().await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), messages.recv())
        .await
        .unwrap()
        .unwrap();
    for (id, secret, tokens, error) in [
        ("chat", &chat, &at_chat, Some("invalid_grant")),
        ("wiki", &wiki, &at_wiki, None),
    ] {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
            ("client_id", id),
            ("client_secret", secret.as_str()),
        ];
        let answer = token(&house, &fields).await.json();
        assert_eq!(
            answer.get("error").and_then(Value::as_str),
            error,
            "{id}: {answer}"
        );
    }
}

#[tokio::test]
async fn the_account_pages_tell_a_person_about_herself_and_need_a_session() {
    let house = open_house().await;
    let mut key = passkey(&house, "alice").await;
    let mut tab = Tab::new(&house);
    for path in ["/account/apps", "/account/access", "/account/activity"] {
        let answer = tab.get(path).await;
        assert_eq!(location(&answer), format!("/signin?then={path}"));
    }
    tab.sign_in("/signin", &mut key).await;
    let access = tab.get("/account/access").await.text;
    assert!(access.contains("in force"), "{access}");
    let activity = tab.get("/account/activity").await.text;
    assert!(activity.contains("A passkey was added") && activity.contains("Signed in"));
    let mut stranger = passkey(&house, "dave").await;
    let mut other = Tab::new(&house);
    other.sign_in("/signin", &mut stranger).await;
    house.advance(TimeDelta::days(91)).await;
    let mut again = Tab::new(&house);
    again.sign_in("/signin", &mut key).await;
    let activity = again.get("/account/activity").await.text;
    assert!(!activity.contains("A passkey was added"), "ninety days back");
}

#[tokio::test]
async fn staying_signed_in_is_activity_and_near_the_absolute_end_it_is_a_new_sign_in() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let session = house
        .app
        .board
        .of_person(&"dave".parse().unwrap(), house.app.now())
        .remove(0);
    let fields = [("csrf", session.csrf.as_str()), ("then", "/account/apps")];
    for _ in 0..24 {
        house.advance(TimeDelta::minutes(59)).await;
        assert_eq!(
            location(&tab.post("/account/extend", &fields).await),
            "/account/apps"
        );
        house.app.keep_activity().await.unwrap();
    }
    house.advance(TimeDelta::minutes(20)).await;
    let answer = tab.post("/account/extend", &fields).await;
    assert_eq!(location(&answer), "/signin?then=/account/apps&max_age=0");
}

#[tokio::test]
async fn a_cancelled_sign_in_tells_the_client_and_is_over() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin(&authorize(&[("acr_values", "phrh")])).await;
    let page = tab.get(&format!("/signin?flow={flow}")).await.text;
    assert!(
        page.contains("Chat needs a smartcard or an attested security key."),
        "{page}"
    );
    let cancel = format!("/signin/back?flow={flow}");
    assert_eq!(
        told(&tab.get(&cancel).await)["error"],
        "unmet_authentication_requirements"
    );
    assert_eq!(tab.get(&cancel).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn where_people_are_asked_a_client_gets_a_code_only_after_their_yes() {
    let house = open_house().await;
    client(&house, json!({"consent": "ask"})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let silent = authorize(&[("prompt", "none")]);
    assert_eq!(told(&tab.get(&silent).await)["error"], "consent_required");
    let session = house
        .app
        .board
        .of_person(&"dave".parse().unwrap(), house.app.now())
        .remove(0);
    for (said, path) in [
        ("refuse", authorize(&[])),
        ("allow", authorize(&[])),
        // Asked again although she said yes.
        ("allow", authorize(&[("prompt", "consent")])),
    ] {
        let answer = tab.get(&path).await;
        let page = location(&answer).to_owned();
        let flow = page
            .strip_prefix("/signin/consent?flow=")
            .unwrap_or_else(|| panic!("{page}"));
        assert!(tab.get(&page).await.text.contains("your mail address"));
        assert_eq!(
            Tab::new(&house).get(&page).await.status,
            StatusCode::GONE,
            "another browser"
        );
        let fields = [("flow", flow), ("csrf", session.csrf.as_str()), ("answer", said)];
        let lead = tab.post("/signin/consent", &fields).await.text;
        let step = if said == "allow" { "continue" } else { "back" };
        let next = format!("/signin/{step}?flow={flow}");
        assert!(lead.contains(&next), "{lead}");
        let answer = told(&tab.get(&next).await);
        assert_eq!(answer.contains_key("code"), said == "allow", "{answer:?}");
    }
    assert!(told(&tab.get(&silent).await).contains_key("code"));
    let fields = [
        ("csrf", session.csrf.as_str()),
        ("client", "chat"),
        ("session", session.id.as_str()),
    ];
    tab.post("/account/apps/leave", &fields).await;
    assert_eq!(told(&tab.get(&silent).await)["error"], "consent_required");
}
