// SPDX-License-Identifier: Apache-2.0
//! Sessions: their ends, their cookies, and who hears of it.

use authn::store::outbox;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_tests::house::{open_house, open_house_configured};
use http::StatusCode;
use serde_json::json;

use super::desk::{Tab, authorize, client, location, passkey, redeem, told};

#[tokio::test]
async fn o15_each_sign_in_changes_the_cookie_and_the_old_one_dies() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    let planted = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    tab.cookies.insert("countersign".into(), planted.into());
    tab.sign_in("/signin", &mut key).await;
    let first = tab.cookies["countersign"].clone();
    assert_ne!(first, planted);
    house.advance(TimeDelta::seconds(2)).await;
    tab.sign_in("/signin?max_age=1", &mut key).await;
    let second = tab.cookies["countersign"].clone();
    assert_ne!(first, second);
    assert_eq!(tab.get("/account").await.status, StatusCode::OK);
    tab.cookies.insert("countersign".into(), first);
    assert_eq!(tab.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        house
            .app
            .board
            .of_person(&"dave".parse().unwrap(), house.app.now())
            .len(),
        1
    );
}

#[tokio::test]
async fn an_idle_session_is_good_for_an_hour_and_not_a_second_longer() {
    for (seconds, status) in [
        (3599, StatusCode::OK),
        (3600, StatusCode::OK),
        (3601, StatusCode::SEE_OTHER),
    ] {
        let house = open_house().await;
        let mut key = passkey(&house, "dave").await;
        let mut tab = Tab::new(&house);
        tab.sign_in("/signin", &mut key).await;
        house.advance(TimeDelta::seconds(seconds)).await;
        assert_eq!(tab.get("/account").await.status, status, "{seconds}");
    }
}

#[tokio::test]
async fn the_ends_of_a_session_are_those_of_the_configuration_and_change_with_its_level() {
    let sections = "[sessions]\naal2_minutes = 90\naal2_idle_minutes = 10";
    let house = open_house_configured(sections.parse().unwrap()).await;
    let mut key = passkey(&house, "dave").await;
    for (seconds, status) in [(600, StatusCode::OK), (601, StatusCode::SEE_OTHER)] {
        let mut tab = Tab::new(&house);
        tab.sign_in("/signin", &mut key).await;
        let dave = "dave".parse().unwrap();
        let session = house.app.board.of_person(&dave, house.app.now()).remove(0);
        assert_eq!(session.ends_at - session.auth_time, TimeDelta::minutes(90));
        house.advance(TimeDelta::seconds(seconds)).await;
        assert_eq!(tab.get("/account").await.status, status, "{seconds}");
    }
}

#[tokio::test]
async fn no_activity_carries_a_session_past_its_absolute_end() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    for _ in 0..24 {
        house.advance(TimeDelta::hours(1)).await;
        assert_eq!(tab.get("/account").await.status, StatusCode::OK);
        let mut db = house.app.database.begin_write().await.unwrap();
        authn::session::end::flush(&house.app.board, &mut db)
            .await
            .unwrap();
        house.app.commit(db).await.unwrap();
    }
    house.advance(TimeDelta::seconds(1)).await;
    assert_eq!(tab.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_out_needs_the_pages_own_token_and_tells_the_clients() {
    let house = open_house().await;
    let secret = client(
        &house,
        json!({"backchannel_logout_uri": "https://chat.example/logout"}),
    )
    .await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    let code = told(&tab.sign_in(&authorize(&[]), &mut key).await)["code"].clone();
    redeem(&house, &secret, &code, &[]).await;
    let dave = "dave".parse().unwrap();
    let session = house.app.board.of_person(&dave, house.app.now()).remove(0);
    let answer = tab.post("/account/signout", &[("csrf", "wrong")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let csrf = [("csrf", session.csrf.as_str())];
    let answer = tab
        .post_from("https://evil.example", "/account/signout", &csrf)
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(tab.post("/account/signout", &csrf).await.status, StatusCode::OK);
    assert!(!tab.cookies.contains_key("countersign"));
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let due = outbox::due(house.app.now(), 10, &mut db).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].client, "chat");
    let keys = house.app.keys.load_full();
    let record = authn::store::clients::by_id("chat", &mut db)
        .await
        .unwrap()
        .unwrap();
    let issuer = &house.app.config.issuer;
    let token = authn::oidc::backchannel::token(&due[0], &record, issuer, &keys, house.app.now()).unwrap();
    let claims = authn::oidc::jws::verify(&keys, &token).unwrap();
    assert!(claims.get("nonce").is_none());
    assert_eq!(claims["sid"], due[0].sid.as_str());
    assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
    // Until the client has confirmed, what it holds counts, and counts as revoked.
    let facts = house
        .app
        .board
        .facts(&dave, "chat", None, house.app.now())
        .unwrap();
    assert!(facts.revoked);
}

#[tokio::test]
async fn another_person_in_the_same_browser_ends_the_first_ones_session() {
    let house = open_house().await;
    let mut dave = passkey(&house, "dave").await;
    let mut alice = passkey(&house, "alice").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut dave).await;
    house.advance(TimeDelta::seconds(1)).await;
    let answer = tab.sign_in("/signin?max_age=0&acr_values=phr", &mut alice).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(
        house
            .app
            .board
            .of_person(&"dave".parse().unwrap(), house.app.now())
            .is_empty()
    );
    assert!(tab.get("/account").await.text.contains("alice"));
}

#[tokio::test]
async fn a_logout_with_a_hint_ends_the_session_and_follows_only_registered_addresses() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    let code = told(&tab.sign_in(&authorize(&[]), &mut key).await)["code"].clone();
    let tokens = redeem(&house, &secret, &code, &[]).await.json();
    let hint = tokens["id_token"].as_str().unwrap();
    let without = tab.get("/oauth2/logout").await;
    assert_eq!(location(&without), "/account/signout");
    let path = format!("/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri=https://evil.example/");
    let mut other = Tab::new(&house);
    assert_eq!(other.get(&path).await.status, StatusCode::OK);
    assert!(
        house
            .app
            .board
            .of_person(&"dave".parse().unwrap(), house.app.now())
            .is_empty()
    );
    let path = format!(
        "/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri=https://chat.example/bye&state=x"
    );
    assert_eq!(
        location(&tab.get(&path).await),
        "https://chat.example/bye?state=x"
    );
}

#[tokio::test]
async fn a_sweep_forgets_what_ran_out_and_nothing_else() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let mut other = Tab::new(&house);
    let flow = other.begin("/signin").await;
    house.app.sweep().await.unwrap();
    assert_eq!(
        other.get(&format!("/signin?flow={flow}")).await.status,
        StatusCode::OK
    );
    house.advance(TimeDelta::minutes(16)).await;
    house.app.sweep().await.unwrap();
    let mut db = house.app.database.pool.acquire().await.unwrap();
    assert!(
        authn::store::flows::by_id(&flow, &mut db)
            .await
            .unwrap()
            .is_none()
    );
    drop(db);
    assert_eq!(tab.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_board_that_missed_activity_elsewhere_does_not_end_the_session() {
    let house = open_house().await;
    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    let session = house
        .app
        .board
        .of_person(&"dave".parse().unwrap(), house.app.now())
        .remove(0);
    house.advance(TimeDelta::minutes(61)).await;
    let used = house.app.now() - TimeDelta::minutes(5);
    let mut db = house.app.database.begin_write().await.unwrap();
    authn::store::sessions::touch(&session.id, used, &mut db)
        .await
        .unwrap();
    db.commit().await.unwrap();
    assert_eq!(house.app.board.run_out(house.app.now()), vec![session.id.clone()]);
    house.app.keep_activity().await.unwrap();
    assert_eq!(tab.get("/account").await.status, StatusCode::OK);
    assert!(house.app.board.run_out(house.app.now()).is_empty());
}
