// SPDX-License-Identifier: Apache-2.0
//! Rotation of signing keys: published before use, kept until the last token has run out; and in an emergency out
//! at once, everywhere, with what they signed.

use authn::Happened;
use authn::assurance::Level;
use authn::oidc::jws;
use authn::oidc::keys::{Algorithm, CACHE_TIME, KeyRing, rotate};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::store::changes;
use countersign_directory::{Actor, Change, Noun};
use countersign_server::app::App;
use countersign_tests::house::{TestHouse, open_house};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::desk::{Tab, authorize, client, location, passkey, told};
use super::logout::tokens_at;

#[tokio::test]
async fn a_new_key_is_published_before_it_signs_and_the_old_one_stays_a_while() {
    let house = open_house().await;
    let start = house.app.now();
    let (sealer, mut rng, mut log) = (&house.app.sealer, house.app.rng(), Happened::new());
    let mut db = house.app.database.begin_write().await.unwrap();
    let algorithm = Algorithm::Es256;
    let before = KeyRing::published(sealer, start, &mut db).await.unwrap();
    let old = before.in_use(algorithm, start).unwrap().kid().to_owned();
    let token = jws::sign(&before, algorithm, "JWT", &json!({"a": 1}), start).unwrap();
    rotate(algorithm, CACHE_TIME, sealer, start, &mut rng, &mut log, &mut db)
        .await
        .unwrap();

    let after = KeyRing::published(sealer, start, &mut db).await.unwrap();
    assert_eq!(after.document(start)["keys"].as_array().unwrap().len(), 4);
    let just_before = start + CACHE_TIME - TimeDelta::seconds(1);
    assert_eq!(after.in_use(algorithm, just_before).unwrap().kid(), old);
    let new = after
        .in_use(algorithm, start + CACHE_TIME)
        .unwrap()
        .kid()
        .to_owned();
    assert_ne!(new, old);
    assert!(jws::verify(&after, &token).is_some());

    let later = start + TimeDelta::days(2);
    let gone = KeyRing::published(sealer, later, &mut db).await.unwrap();
    assert!(gone.named(&old).is_none());
    assert!(jws::verify(&gone, &token).is_none());
    assert!(!gone.is_rotation_due(algorithm, start + TimeDelta::days(89)));
    assert!(gone.is_rotation_due(algorithm, start + TimeDelta::days(90)));
}

fn kid(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

fn published(app: &App) -> Vec<String> {
    let document = app.keys.load().document(app.now());
    let keys = document["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn withdrawn(house: &TestHouse, who: &str, id: &str) -> StatusCode {
    let browser = house.browser(who, Level::Aal2, None).await;
    let path = format!("/api/v1/signing-keys/{id}/withdraw");
    house.as_person(&browser, Method::POST, &path, None).await.status
}

#[tokio::test]
async fn a_key_that_somebody_else_may_know_is_out_of_every_process_at_once_with_what_it_signed() {
    let house = open_house().await;
    let secret = client(&house, json!({})).await;
    let mut dave = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut dave).await;
    let tokens = tokens_at(&house, &mut tab, "chat", &secret).await;
    let old = tokens["id_token"].as_str().unwrap();
    let other = house.reopened().await;
    let before = published(&other);
    let hinted = authorize(&[("prompt", "none"), ("id_token_hint", old)]);
    assert!(told(&tab.get(&hinted).await).contains_key("code"));
    assert!(jws::verify(&other.keys.load(), old).is_some());

    assert_eq!(withdrawn(&house, "alice", &kid(old)).await, StatusCode::FORBIDDEN);
    assert_eq!(withdrawn(&house, "olga", &kid(old)).await, StatusCode::FORBIDDEN);
    assert_eq!(withdrawn(&house, "judy", "nothing").await, StatusCode::NOT_FOUND);
    assert_eq!(withdrawn(&house, "judy", &kid(old)).await, StatusCode::NO_CONTENT);
    other.catch_up().await.unwrap();
    for app in [&house.app, &other] {
        let after = published(app);
        assert_eq!(after.len(), before.len());
        assert_eq!(before.iter().filter(|known| !after.contains(known)).count(), 1);
        assert!(!after.contains(&kid(old)));
        assert!(jws::verify(&app.keys.load(), old).is_none());
    }
    // What it signed names nobody: not to a sign-in, and not to a sign-out, which asks.
    let refused = told(&tab.get(&hinted).await);
    assert_eq!(refused["error"], "invalid_request");
    let asked = tab.get(&format!("/oauth2/logout?id_token_hint={old}")).await;
    assert_eq!(location(&asked), "/account/signout");

    let tokens = tokens_at(&house, &mut tab, "chat", &secret).await;
    let fresh = tokens["id_token"].as_str().unwrap();
    assert!(!before.contains(&kid(fresh)));
    assert!(jws::verify(&other.keys.load(), fresh).is_some());
    assert_eq!(
        withdrawn(&house, "hugo", &kid(old)).await,
        StatusCode::NOT_FOUND,
        "it is out"
    );
}

/// One that was replaced and is still published for what it signed: it goes, and nothing else has to sign.
#[tokio::test]
async fn a_replaced_key_is_taken_out_and_its_successor_goes_on_signing() {
    let house = open_house().await;
    let algorithm = Algorithm::Es256;
    let old = house
        .app
        .keys
        .load()
        .in_use(algorithm, house.app.now())
        .unwrap()
        .kid()
        .to_owned();
    house.advance(TimeDelta::days(90)).await;
    house.app.rotate_keys().await.unwrap();
    house.advance(CACHE_TIME).await;
    let new = house
        .app
        .keys
        .load()
        .in_use(algorithm, house.app.now())
        .unwrap()
        .kid()
        .to_owned();
    assert!(new != old && published(&house.app).contains(&old));
    assert!(house.app.withdraw_key(&old, &Actor::Operator).await.unwrap());
    assert_eq!(
        house
            .app
            .keys
            .load()
            .in_use(algorithm, house.app.now())
            .unwrap()
            .kid(),
        new
    );
    assert!(!published(&house.app).contains(&old));
    // A successor that is announced and does not sign yet does not count as one that signs.
    house.advance(TimeDelta::days(90)).await;
    house.app.rotate_keys().await.unwrap();
    assert!(house.app.withdraw_key(&new, &Actor::Operator).await.unwrap());
    let now = house
        .app
        .keys
        .load()
        .in_use(algorithm, house.app.now())
        .unwrap()
        .kid()
        .to_owned();
    assert!(now != new && now != old);
}

/// Whatever else is taken in with it: a whole world must not hide a key that went.
#[tokio::test]
async fn a_key_taken_out_beside_an_import_is_out_as_well() {
    let house = open_house().await;
    let other = house.reopened().await;
    let key = published(&house.app).remove(0);
    assert!(house.app.withdraw_key(&key, &Actor::Operator).await.unwrap());
    let alice = house.browser("alice", Level::Aal2, None).await;
    let mut db = house.app.database.begin_write().await.unwrap();
    let all = [Change::put(Noun::World, "*")];
    changes::record(&all, house.app.now(), &mut db).await.unwrap();
    house.app.commit(db).await.unwrap();
    other.catch_up().await.unwrap();
    assert!(!published(&other).contains(&key));
    assert!(other.board.session(&alice.session.id).is_some());
}

#[tokio::test]
async fn a_key_of_saml_is_out_of_the_metadata_at_once() {
    let house = open_house().await;
    let other = house.reopened().await;
    let certificate = async |app: &App| -> Vec<u8> {
        let keys = app.identity_provider().await.unwrap();
        keys.signing(app.now()).unwrap().certificate().to_vec()
    };
    let before = certificate(&house.app).await;
    assert_eq!(certificate(&other).await, before);
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let list = house
        .as_person(&hugo, Method::GET, "/api/v1/signing-keys", None)
        .await
        .json();
    let ours = list["items"].as_array().unwrap().iter();
    let ours: Vec<&Value> = ours
        .filter(|key| key["used_by"] == "saml_identity_provider")
        .collect();
    assert_eq!(ours.len(), 1, "{list}");
    let id = ours[0]["id"].as_str().unwrap();
    assert_eq!(withdrawn(&house, "hugo", id).await, StatusCode::NO_CONTENT);
    other.catch_up().await.unwrap();
    let after = certificate(&house.app).await;
    assert_ne!(after, before);
    assert_eq!(certificate(&other).await, after);
    let metadata = house.anonymous(Method::GET, "/saml/metadata", None).await.text;
    let shown = |der: &[u8]| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        metadata.split_whitespace().collect::<String>().contains(&text)
    };
    assert!(shown(&after) && !shown(&before));
}
