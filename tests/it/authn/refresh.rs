// SPDX-License-Identifier: Apache-2.0
//! Refresh tokens: one live pair for each chain, whatever is lost, repeated or stolen, and a sign-in that is
//! judged anew each time.

use authn::oidc::client::ClientRecord;
use authn::oidc::refresh_token::RefreshToken;
use authn::store::refresh_families::{self, Family};
use authn::store::{clients, sessions};
use axum::body::Body;
use chrono::TimeDelta;
use countersign_audit::store::leaves::{self, Filter};
use countersign_authn as authn;
use countersign_directory::{Status, store::people};
use countersign_server::app::App;
use countersign_server::http as wire;
use countersign_tests::authenticator::Authenticator;
use countersign_tests::house::{Answer, TestHouse, open_house};
use futures_util::future::join_all;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::desk::{Tab, authorize, call, client, form, passkey, redeem, token, told};

/// Somebody signed in at a client that may refresh.
struct Desk<'a> {
    house: &'a TestHouse,
    secret: String,
    key: Authenticator,
    tab: Tab<'a>,
}

impl<'a> Desk<'a> {
    async fn of(house: &'a TestHouse, changes: Value) -> Self {
        let mut record = json!({"grants": ["authorization_code", "refresh_token"]});
        for (name, value) in changes.as_object().unwrap() {
            record[name] = value.clone();
        }
        let secret = client(house, record).await;
        let key = passkey(house, "dave").await;
        let tab = Tab::new(house);
        Self {
            house,
            secret,
            key,
            tab,
        }
    }

    async fn code(&mut self) -> String {
        let silent = told(&self.tab.get(&authorize(&[("prompt", "none")])).await);
        match silent.get("code") {
            Some(code) => code.clone(),
            None => told(&self.tab.sign_in(&authorize(&[]), &mut self.key).await)["code"].clone(),
        }
    }

    async fn tokens(&mut self) -> Value {
        let code = self.code().await;
        redeem(self.house, &self.secret, &code, &[]).await.json()
    }

    fn fields<'b>(&'b self, refresh_token: &'b str) -> [(&'b str, &'b str); 4] {
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("client_id", "chat"),
            ("client_secret", &self.secret),
        ]
    }

    async fn refresh(&self, refresh_token: &str) -> Answer {
        token(self.house, &self.fields(refresh_token)).await
    }

    async fn family(&self, refresh_token: &str) -> Family {
        let name = RefreshToken::open(refresh_token, &self.house.app.sealer)
            .unwrap()
            .family;
        let mut db = self.house.app.database.begin_write().await.unwrap();
        refresh_families::held(&[&name], &mut db)
            .await
            .unwrap()
            .remove(&name)
            .unwrap()
    }

    async fn change(&self, change: impl FnOnce(&mut ClientRecord)) {
        let mut db = self.house.app.database.begin_write().await.unwrap();
        let mut record = clients::by_id("chat", &mut db).await.unwrap().unwrap().record;
        change(&mut record);
        clients::put(&record, self.house.app.now(), &mut db)
            .await
            .unwrap();
        self.house.app.commit(db).await.unwrap();
    }

    async fn userinfo(&self, tokens: &Value) -> StatusCode {
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        let request = countersign_tests::house::request(Method::GET, "/oauth2/userinfo", &headers, None);
        self.house.send(request).await.status
    }
}

fn refresh_of(tokens: &Value) -> &str {
    tokens["refresh_token"].as_str().unwrap()
}

#[track_caller]
fn is_refused(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!(answer.json()["error"], "invalid_grant", "{}", answer.text);
}

#[track_caller]
fn is_given(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

fn claims(house: &TestHouse, tokens: &Value) -> Value {
    let keys = house.app.keys.load_full();
    let claims = authn::oidc::jws::verify(&keys, tokens["id_token"].as_str().unwrap());
    Value::Object(claims.unwrap())
}

#[tokio::test]
async fn a_refresh_gives_the_next_pair_and_speaks_of_the_same_sign_in() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let first = desk.tokens().await;
    let before = claims(&house, &first);
    house.advance(TimeDelta::minutes(10)).await;
    let second = is_given(&desk.refresh(refresh_of(&first)).await);
    let after = claims(&house, &second);
    for same in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_eq!(after["iat"], before["iat"].as_i64().unwrap() + 600);
    assert!(before["nonce"].is_string() && after.get("nonce").is_none());
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(desk.userinfo(&second).await, StatusCode::OK);
    let narrower = [("scope", "openid")];
    let fields: Vec<_> = desk
        .fields(refresh_of(&second))
        .into_iter()
        .chain(narrower)
        .collect();
    let third = is_given(&token(&house, &fields).await);
    assert_eq!(third["scope"], "openid");
    assert!(claims(&house, &third).get("email").is_none());
    let wider = [("scope", "openid admin")];
    let fields: Vec<_> = desk.fields(refresh_of(&third)).into_iter().chain(wider).collect();
    assert_eq!(token(&house, &fields).await.json()["error"], "invalid_scope");
}

#[tokio::test]
async fn a_client_that_may_not_refresh_gets_no_refresh_token() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({"grants": ["authorization_code"]})).await;
    assert!(desk.tokens().await.get("refresh_token").is_none());
    let answer = desk.refresh("anything").await;
    assert_eq!(answer.json()["error"], "unauthorized_client");
}

#[tokio::test]
async fn o7_a_hundred_parallel_refreshes_of_one_token_leave_one_live_chain() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let first = desk.tokens().await;
    let answers = join_all((0..100).map(|_| desk.refresh(refresh_of(&first)))).await;
    let given: Vec<Value> = answers.iter().map(is_given).collect();
    let family = desk.family(refresh_of(&given[0])).await;
    assert!(family.ended_at.is_none());
    assert_eq!(family.generation, 100);
    let hash = |tokens: &Value| {
        let token = RefreshToken::open(refresh_of(tokens), &house.app.sealer).unwrap();
        assert_eq!(token.family, family.id, "no second chain");
        token.hash()
    };
    let (live, dead): (Vec<_>, Vec<_>) = given
        .iter()
        .partition(|tokens| hash(tokens) == family.current_hash);
    assert_eq!((live.len(), dead.len()), (1, 99));
    assert_eq!(desk.userinfo(dead[0]).await, StatusCode::UNAUTHORIZED);
    let next = is_given(&desk.refresh(refresh_of(live[0])).await);
    // One of the others is a reuse: it takes everything along.
    is_refused(&desk.refresh(refresh_of(dead[0])).await);
    is_refused(&desk.refresh(refresh_of(&next)).await);
    assert_eq!(desk.userinfo(&next).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn o9_a_lost_reply_is_replaced_and_never_forks_a_second_chain() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let first = desk.tokens().await;
    let lost = is_given(&desk.refresh(refresh_of(&first)).await);
    let again = is_given(&desk.refresh(refresh_of(&first)).await);
    assert_eq!(
        desk.userinfo(&lost).await,
        StatusCode::UNAUTHORIZED,
        "the pair that nobody got is dead"
    );
    let next = is_given(&desk.refresh(refresh_of(&again)).await);
    is_refused(&desk.refresh(refresh_of(&lost)).await);
    is_refused(&desk.refresh(refresh_of(&next)).await);
}

#[tokio::test]
async fn o9_reuse_after_either_half_of_the_successor_was_used_ends_the_chain_with_an_event() {
    for seen_by in ["refresh", "userinfo", "introspection"] {
        let house = open_house().await;
        let mut desk = Desk::of(&house, json!({})).await;
        let first = desk.tokens().await;
        let second = is_given(&desk.refresh(refresh_of(&first)).await);
        let last = match seen_by {
            "refresh" => is_given(&desk.refresh(refresh_of(&second)).await),
            "userinfo" => {
                assert_eq!(desk.userinfo(&second).await, StatusCode::OK);
                second
            }
            _ => {
                let access = second["access_token"].as_str().unwrap();
                let fields = [
                    ("token", access),
                    ("client_id", "chat"),
                    ("client_secret", desk.secret.as_str()),
                ];
                assert_eq!(
                    call(&house, "/oauth2/introspect", &fields).await.json()["active"],
                    true
                );
                second
            }
        };
        is_refused(&desk.refresh(refresh_of(&first)).await);
        is_refused(&desk.refresh(refresh_of(&last)).await);
        assert_eq!(desk.userinfo(&last).await, StatusCode::UNAUTHORIZED, "{seen_by}");
        let mut db = house.app.database.pool.acquire().await.unwrap();
        let filter = Filter {
            kind: Some("oidc.refresh_reused".to_owned()),
            limit: 10,
            ..Filter::default()
        };
        assert_eq!(
            leaves::list(&filter, &mut db).await.unwrap().len(),
            1,
            "{seen_by}"
        );
    }
}

#[tokio::test]
async fn a_strict_client_loses_its_chain_at_any_reuse() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({"refresh_reuse": "never"})).await;
    let first = desk.tokens().await;
    let second = is_given(&desk.refresh(refresh_of(&first)).await);
    is_refused(&desk.refresh(refresh_of(&first)).await);
    is_refused(&desk.refresh(refresh_of(&second)).await);
}

#[tokio::test]
async fn a_refresh_token_of_another_client_ends_its_chain() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let other = client(&house, json!({"id": "other", "grants": ["refresh_token"]})).await;
    let first = desk.tokens().await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_of(&first)),
        ("client_id", "other"),
        ("client_secret", other.as_str()),
    ];
    is_refused(&token(&house, &fields).await);
    is_refused(&desk.refresh(refresh_of(&first)).await);
}

#[tokio::test]
async fn o11_a_truncated_refresh_token_is_refused_and_touches_nothing() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let first = desk.tokens().await;
    let text = refresh_of(&first);
    for bent in [&text[..text.len() - 1], &text[..40], &format!("{text}A")] {
        is_refused(&desk.refresh(bent).await);
    }
    is_given(&desk.refresh(text).await);
}

#[tokio::test]
async fn o12_client_policy_and_account_state_are_asked_at_silent_authorization_and_at_refresh() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({"admits": {"roles": ["member", "external"]}})).await;
    let first = desk.tokens().await;
    let silent = authorize(&[("prompt", "none")]);
    assert!(told(&desk.tab.get(&silent).await).contains_key("code"));
    let second = is_given(&desk.refresh(refresh_of(&first)).await);
    let wanted = json!({"roles": ["security_officer"]});
    desk.change(|record| record.admits = Some(serde_json::from_value(wanted).unwrap()))
        .await;
    assert_eq!(told(&desk.tab.get(&silent).await)["error"], "access_denied");
    is_refused(&desk.refresh(refresh_of(&second)).await);
    // A refusal is no use: who is let in again goes on.
    desk.change(|record| record.admits = None).await;
    let third = is_given(&desk.refresh(refresh_of(&second)).await);
    let mut db = house.app.database.begin_write().await.unwrap();
    let dave = "dave".parse().unwrap();
    people::set_status(&dave, Status::Disabled, &mut db)
        .await
        .unwrap();
    house.app.commit(db).await.unwrap();
    is_refused(&desk.refresh(refresh_of(&third)).await);
}

#[tokio::test]
async fn o13_a_level_that_was_raised_holds_for_silent_authorization_and_for_refresh() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let first = desk.tokens().await;
    desk.change(|record| record.level = authn::assurance::Level::Aal3)
        .await;
    let answer = desk.tab.get(&authorize(&[("prompt", "none")])).await;
    assert_eq!(told(&answer)["error"], "interaction_required");
    is_refused(&desk.refresh(refresh_of(&first)).await);
    desk.change(|record| record.level = authn::assurance::Level::Aal2)
        .await;
    let second = is_given(&desk.refresh(refresh_of(&first)).await);
    house.advance(TimeDelta::seconds(61)).await;
    desk.change(|record| record.max_age = Some(60)).await;
    is_refused(&desk.refresh(refresh_of(&second)).await);
    let answer = desk.tab.get(&authorize(&[("prompt", "none")])).await;
    assert_eq!(told(&answer)["error"], "login_required");
}

#[tokio::test]
async fn a_chain_dies_with_its_session_and_no_refresh_keeps_one_alive() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let first = desk.tokens().await;
    house.advance(TimeDelta::minutes(50)).await;
    let second = is_given(&desk.refresh(refresh_of(&first)).await);
    house.advance(TimeDelta::minutes(11)).await;
    is_refused(&desk.refresh(refresh_of(&second)).await);

    let third = desk.tokens().await;
    let dave = "dave".parse().unwrap();
    let session = house.app.board.of_person(&dave, house.app.now()).remove(0);
    let csrf = [("csrf", session.csrf.as_str())];
    assert_eq!(
        desk.tab.post("/account/signout", &csrf).await.status,
        StatusCode::OK
    );
    is_refused(&desk.refresh(refresh_of(&third)).await);
    assert!(desk.family(refresh_of(&third)).await.ended_at.is_some());
}

#[tokio::test]
async fn a_weaker_sign_in_on_the_session_ends_what_the_stronger_one_gave() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let first = desk.tokens().await;
    let dave = "dave".parse().unwrap();
    let mut session = house.app.board.of_person(&dave, house.app.now()).remove(0);
    session.level = authn::assurance::Level::Aal1;
    let mut db = house.app.database.begin_write().await.unwrap();
    assert!(sessions::renew(&session, &[1; 32], &mut db).await.unwrap());
    house.app.commit(db).await.unwrap();
    is_refused(&desk.refresh(refresh_of(&first)).await);
}

#[tokio::test]
async fn revoking_a_refresh_token_takes_its_chain_and_access_tokens_along() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let other = client(&house, json!({"id": "other"})).await;
    let first = desk.tokens().await;
    let revoke = async |id: &str, secret: &str| {
        let fields = [
            ("token", refresh_of(&first)),
            ("client_id", id),
            ("client_secret", secret),
        ];
        call(&house, "/oauth2/revoke", &fields).await.status
    };
    assert_eq!(revoke("other", &other).await, StatusCode::OK);
    assert_eq!(
        desk.userinfo(&first).await,
        StatusCode::OK,
        "another client's is not touched"
    );
    assert_eq!(revoke("chat", &desk.secret).await, StatusCode::OK);
    assert_eq!(desk.userinfo(&first).await, StatusCode::UNAUTHORIZED);
    is_refused(&desk.refresh(refresh_of(&first)).await);
}

#[tokio::test]
async fn a_code_that_is_used_again_ends_the_chain_that_came_of_it() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let code = desk.code().await;
    let first = redeem(&house, &desk.secret, &code, &[]).await.json();
    is_refused(&redeem(&house, &desk.secret, &code, &[]).await);
    is_refused(&desk.refresh(refresh_of(&first)).await);
}

#[tokio::test]
async fn of_two_processes_on_one_store_one_redeems_a_code_and_one_chain_survives() {
    let house = open_house().await;
    let mut desk = Desk::of(&house, json!({})).await;
    let other = house.reopened().await;
    let code = desk.code().await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", super::desk::REDIRECT),
        ("code_verifier", super::desk::VERIFIER),
        ("client_id", "chat"),
        ("client_secret", desk.secret.as_str()),
    ];
    let (here, there) = tokio::join!(ask(&house.app, &fields), ask(&other, &fields));
    let statuses = [here.0, there.0];
    assert!(statuses.contains(&StatusCode::OK) && statuses.contains(&StatusCode::BAD_REQUEST));

    let first = desk.tokens().await;
    let fields = desk.fields(refresh_of(&first));
    let both = (0..20).map(|number| ask(if number % 2 == 0 { &house.app } else { &other }, &fields));
    let answers = join_all(both).await;
    assert!(answers.iter().all(|(status, _)| *status == StatusCode::OK));
    let family = desk.family(refresh_of(&first)).await;
    let hash = |tokens: &Value| {
        RefreshToken::open(refresh_of(tokens), &other.sealer)
            .unwrap()
            .hash()
    };
    let live = answers
        .iter()
        .filter(|(_, tokens)| hash(tokens) == family.current_hash)
        .count();
    assert_eq!((live, family.generation), (1, 20));
}

/// Calls the token endpoint of one process.
async fn ask(app: &App, fields: &[(&str, &str)]) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/oauth2/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form(fields)))
        .unwrap();
    let response = wire::router(app.clone()).oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}
