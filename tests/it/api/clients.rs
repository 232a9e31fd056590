// SPDX-License-Identifier: Apache-2.0
//! Clients of OpenID Connect over the API: two people register one and give it a secret, which one of them is told once.

use countersign_server::config::Config;
use countersign_tests::house::{Answer, TestHouse, open_house_configured};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::office::Office;
use crate::authn::desk::call;

const PATH: &str = "/api/v1/clients/board";

fn record() -> Value {
    json!({
        "id": "board", "name": "Notice board", "redirect_uris": ["https://board.example/cb"],
        "grants": ["authorization_code", "client_credentials"], "level": "aal2",
    })
}

async fn put(office: &Office, record: Value) -> Answer {
    office
        .hugo(Method::PUT, &format!("{PATH}?reason=agreed"), Some(record))
        .await
}

/// A client that two people have registered: its secret, and its record as it is shown.
async fn registered(office: &Office) -> (String, Value) {
    let waits = put(office, record()).await;
    assert_eq!(office.hugo(Method::GET, PATH, None).await.status, 404, "it waits");
    let told = office.agreed(&waits).await;
    let shown = office.hugo(Method::GET, PATH, None).await.json();
    (
        told["client_secret"].as_str().unwrap().to_owned(),
        shown["client"].clone(),
    )
}

async fn proves_itself(office: &Office, secret: &str) -> bool {
    knows(&office.house, secret).await
}

async fn knows(house: &TestHouse, secret: &str) -> bool {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", "board"),
        ("client_secret", secret),
    ];
    let answer = call(house, "/oauth2/token", &fields).await;
    assert!([200, 401].contains(&answer.status.as_u16()), "{}", answer.text);
    answer.status == 200
}

#[tokio::test]
async fn a_client_is_registered_by_two_people_and_taken_away_by_one() {
    let office = Office::open().await;
    let (secret, shown) = registered(&office).await;
    assert!(proves_itself(&office, &secret).await);
    assert_eq!(shown["redirect_uris"], json!(["https://board.example/cb"]));
    assert!(!shown.to_string().contains(&secret));
    let listed = office.hugo(Method::GET, "/api/v1/clients", None).await.json();
    let ids: Vec<&Value> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["client"]["id"])
        .collect();
    assert!(ids.contains(&&json!("board")), "{ids:?}");
    let gone = office.hugo(Method::DELETE, PATH, None).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert!(!proves_itself(&office, &secret).await);
    let mut db = office.house.app.database.pool.acquire().await.unwrap();
    let leaves: Vec<Vec<u8>> = sqlx::query_scalar("SELECT record FROM audit_leaves")
        .fetch_all(&mut *db)
        .await
        .unwrap();
    let on_record = String::from_utf8_lossy(&leaves.concat()).into_owned();
    assert!(on_record.contains("client.changed") && on_record.contains("client.removed"));
    assert!(!on_record.contains(&secret), "no secret is on record");
}

#[tokio::test]
async fn what_may_widen_waits_and_what_only_narrows_holds_at_once() {
    let office = Office::open().await;
    let (secret, shown) = registered(&office).await;
    let changed = |name: &str, value: Value| {
        let mut record = shown.clone();
        record[name] = value;
        record
    };
    for (name, value) in [
        (
            "redirect_uris",
            json!(["https://board.example/cb", "https://evil.example/cb"]),
        ),
        ("level", json!("aal1")),
        (
            "grants",
            json!(["authorization_code", "client_credentials", "refresh_token"]),
        ),
        ("backchannel_logout_uri", json!("https://evil.example/bcl")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
    ] {
        let waits = put(&office, changed(name, value)).await;
        assert_eq!(waits.status, 202, "{name}: {}", waits.text);
    }
    let narrower = put(&office, changed("level", json!("aal3"))).await;
    assert_eq!(narrower.status, 200, "{}", narrower.text);
    assert!(proves_itself(&office, &secret).await, "its secret stays");
}

#[tokio::test]
async fn a_new_secret_takes_two_people_and_ends_the_one_before() {
    let office = Office::open().await;
    let (first, _) = registered(&office).await;
    let path = format!("{PATH}/secret?reason=leaked");
    let waits = office.hugo(Method::POST, &path, None).await;
    assert!(proves_itself(&office, &first).await, "until it is carried out");
    let told = office.agreed(&waits).await;
    let second = told["client_secret"].as_str().unwrap();
    assert_ne!(first, second);
    assert!(proves_itself(&office, second).await);
    assert!(!proves_itself(&office, &first).await);
}

#[tokio::test]
async fn a_client_that_proves_itself_by_a_key_has_no_secret_any_more() {
    let office = Office::open().await;
    let (secret, mut shown) = registered(&office).await;
    shown["token_endpoint_auth_method"] = json!("private_key_jwt");
    let without = put(&office, shown.clone()).await;
    assert_eq!(without.status, 400, "{}", without.text);
    assert!(without.text.contains("jwks"), "{}", without.text);
    shown["jwks"] = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
    let waits = put(&office, shown).await;
    let told = office.agreed(&waits).await;
    assert_eq!(told.get("client_secret"), None);
    assert!(!proves_itself(&office, &secret).await);
    let path = format!("{PATH}/secret?reason=wanted");
    assert_eq!(
        office.hugo(Method::POST, &path, None).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn what_cannot_be_filed_is_refused_with_its_reason() {
    let office = Office::open().await;
    for (name, value, said) in [
        ("redirect_uris", json!(["http://board.example/cb"]), "https"),
        ("id", json!("other"), "`id`"),
        ("grants", json!([]), "grants"),
        ("level", json!("best"), "`level`"),
        ("unheard_of", json!(1), "unheard_of"),
        ("saml", json!({"entity_id": "https://board.example"}), "saml"),
    ] {
        let mut wrong = record();
        wrong[name] = value;
        let answer = put(&office, wrong).await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text);
        assert!(answer.text.contains(said), "{name}: {}", answer.text);
    }
    assert_eq!(office.hugo(Method::GET, PATH, None).await.status, 404);
    assert_eq!(office.hugo(Method::DELETE, PATH, None).await.status, 404);
    let path = format!("{PATH}/secret");
    assert_eq!(office.hugo(Method::POST, &path, None).await.status, 404);
}

const SECRET: &str = "a secret of forty characters, more or less";

fn configured(record: Value) -> toml::Table {
    let record = toml::Value::try_from(record).unwrap();
    [("clients".to_owned(), toml::Value::Array(vec![record]))]
        .into_iter()
        .collect()
}

fn with_secret(folder: &tempfile::TempDir, secret: &str) -> Value {
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{secret}\n")).unwrap();
    let mut named = record();
    named["secret_file"] = json!(file);
    named
}

#[tokio::test]
async fn a_client_of_the_configuration_is_changed_there_alone() {
    let folder = tempfile::tempdir().unwrap();
    let house = open_house_configured(configured(with_secret(&folder, SECRET))).await;
    let office = Office::of(house).await;
    assert!(proves_itself(&office, SECRET).await);
    let shown = office.hugo(Method::GET, PATH, None).await.json();
    let mut changed = shown["client"].clone();
    changed["level"] = json!("aal3");
    let secret = format!("{PATH}/secret?reason=wanted");
    for (verb, path, body) in [
        (Method::PUT, PATH, Some(changed)),
        (Method::DELETE, PATH, None),
        (Method::POST, secret.as_str(), None),
    ] {
        let refused = office.hugo(verb.clone(), path, body).await;
        assert_eq!(refused.status, 409, "{verb} {path}: {}", refused.text);
        assert!(refused.text.contains("configuration"), "{}", refused.text);
    }
    // A command that was told no more than the folder leaves it alone.
    let mut config = office.house.app.config.clone();
    config.clients.clear();
    let without = office.house.reopened_with(config).await;
    assert!(proves_itself(&office, SECRET).await);
    // A process that serves without it takes it away.
    without.retire_unnamed().await.unwrap();
    assert!(!proves_itself(&office, SECRET).await);
}

#[tokio::test]
async fn its_secret_follows_its_file_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let house = open_house_configured(configured(with_secret(&folder, SECRET))).await;
    let other = SECRET.replace("forty", "some");
    with_secret(&folder, &other);
    house.reopened().await;
    assert!(knows(&house, &other).await);
    assert!(!knows(&house, SECRET).await);
}

#[tokio::test]
async fn a_client_of_the_configuration_that_cannot_work_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let house = open_house_configured(toml::Table::new()).await;
    let without_secret = record();
    let mut unknown = with_secret(&folder, SECRET);
    unknown["unheard_of"] = json!(1);
    let mut nowhere = with_secret(&folder, SECRET);
    nowhere["redirect_uris"] = json!([]);
    let mut public = with_secret(&folder, SECRET);
    public["token_endpoint_auth_method"] = json!("none");
    public["grants"] = json!(["authorization_code"]);
    let short = {
        let other = tempfile::tempdir().unwrap();
        let named = with_secret(&other, "short");
        (other, named)
    };
    for (record, said) in [
        (without_secret, "clients[0].secret_file"),
        (unknown, "unheard_of"),
        (nowhere, "redirect_uris"),
        (public, "clients[0].secret_file"),
        (short.1.clone(), "fewer than 32 characters"),
    ] {
        let mut config: Config = house.app.config.clone();
        config.clients = vec![record.as_object().unwrap().clone()];
        let refused = house.cannot_reopen_with(config).await;
        assert!(refused.contains(said), "{refused}");
    }
}
