// SPDX-License-Identifier: Apache-2.0
//! A change of a provider's metadata that waits: two people approve it over the API, the operator by a command,
//! and nobody something else than what was looked at.

use std::sync::LazyLock;

use chrono::DateTime;
use countersign_authn::saml::Credential;
use countersign_authn::saml::credential::Kind;
use countersign_authn::store::saml_metadata::{self, MetadataRow};
use countersign_authn::upstream::saml::peer::Agreement;
use countersign_directory::source::Source;
use countersign_directory::store::{Shelf as _, Sources};
use countersign_tests::house::{Answer, Browser, TestHouse, start};
use countersign_tests::process::run;
use countersign_tests::saml::{ENTITY, credential, metadata, now};
use http::{Method, StatusCode};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;

use super::sources::{agreed, people};

/// A house with the source `agency`, whose metadata lost its key, and what waits.
async fn with_doubt() -> (TestHouse, Browser, Browser, Agreement) {
    let (house, hugo, judy) = people().await;
    let fetched = json!({
        "url": "http://127.0.0.1:9/", "certificate": include_str!("../../saml/certificate.pem"),
    });
    let source: Source = serde_json::from_value(json!({
        "id": "agency", "name": "The agency", "trust": { "identity": true },
        "protocol": { "saml": { "entity_id": ENTITY, "metadata": { "fetched": fetched } } },
    }))
    .unwrap();
    let agreement = Agreement::of(&source).unwrap();
    let mut db = house.app.database.begin_write().await.unwrap();
    Sources::put(&[(&source.id, &source)], &mut db).await.unwrap();
    db.commit().await.unwrap();
    house.app.upstream.replace([source]);
    waits(&house, &agreement, 1).await;
    (house, hugo, judy, agreement)
}

/// Metadata with another key; the same one each time it is asked for.
fn other(number: usize) -> String {
    static MADE: LazyLock<[String; 2]> = LazyLock::new(|| {
        [1, 2].map(|seed| {
            let mut rng = StdRng::seed_from_u64(seed);
            let key = Credential::generate(Kind::Ecdsa, "other", now(), &mut rng).unwrap();
            metadata(&[&key])
        })
    });
    MADE[number - 1].clone()
}

/// From now on, metadata with that key waits.
async fn waits(house: &TestHouse, agreement: &Agreement, key: usize) {
    let row = MetadataRow {
        document: metadata(&[credential()]),
        fetched_at: start(),
        pending: Some((other(key), "key_dropped".into())),
        warned_at: DateTime::UNIX_EPOCH,
    };
    let mut db = house.app.database.begin_write().await.unwrap();
    saml_metadata::put(agreement, &row, &mut db).await.unwrap();
    db.commit().await.unwrap();
}

async fn kept(house: &TestHouse, agreement: &Agreement) -> MetadataRow {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    saml_metadata::of(agreement, &mut db).await.unwrap().unwrap()
}

async fn approve(house: &TestHouse, by: &Browser) -> Answer {
    let path = "/api/v1/sources/agency/metadata/approve?reason=compared";
    house.as_person(by, Method::POST, path, None).await
}

#[tokio::test]
async fn two_people_approve_what_waits_and_it_counts() {
    let (house, hugo, judy, agreement) = with_doubt().await;
    let path = "/api/v1/sources/agency/metadata";
    let shown = house.as_person(&judy, Method::GET, path, None).await.json();
    assert_eq!(shown["waits_because"], "key_dropped", "{shown}");
    assert_ne!(shown["waits"]["keys"], shown["counts"]["keys"], "{shown}");
    assert!(house.app.saml_partner("agency").await.is_err());
    let waits = approve(&house, &hugo).await;
    assert!(
        kept(&house, &agreement).await.pending.is_some(),
        "one person is not enough"
    );
    agreed(&house, &hugo, &judy, &waits).await;
    let row = kept(&house, &agreement).await;
    assert_eq!((row.document, row.pending), (other(1), None));
    assert!(house.app.saml_partner("agency").await.unwrap().is_some());
    // Nothing waits any more.
    let again = approve(&house, &hugo).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
}

#[tokio::test]
async fn what_came_in_the_place_of_what_was_approved_is_not_taken() {
    let (house, hugo, judy, agreement) = with_doubt().await;
    let filed = approve(&house, &hugo).await;
    assert_eq!(filed.status, StatusCode::ACCEPTED, "{}", filed.text);
    let proposal = format!("/api/v1/proposals/{}", filed.json()["proposal"].as_str().unwrap());
    let seen = house.as_person(&judy, Method::GET, &proposal, None).await.json();
    let word = json!({"parameters": seen["parameters"]});
    let approved = house
        .as_person(&judy, Method::POST, &format!("{proposal}/approve"), Some(word))
        .await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
    waits(&house, &agreement, 2).await;
    let done = house
        .as_person(&hugo, Method::POST, &format!("{proposal}/execute"), None)
        .await;
    assert_eq!(done.status, StatusCode::CONFLICT, "{}", done.text);
    let row = kept(&house, &agreement).await;
    assert_eq!(row.pending.unwrap().0, other(2));
    assert_eq!(row.document, metadata(&[credential()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_approves_by_a_command_what_waits_and_only_that() {
    let (house, _, _, agreement) = with_doubt().await;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let app = &house.app.config;
    let text = format!(
        "data_dir = \"{}\"\n[database]\nurl = \"{}\"\n",
        app.data_dir.display(),
        app.database.url()
    );
    std::fs::write(&config, text).unwrap();
    let metadata = |more: &[&str]| {
        let words = [
            "source",
            "metadata",
            "agency",
            "--config",
            config.to_str().unwrap(),
        ];
        let done = run(&[&words, more].concat());
        let said = [done.stdout, done.stderr].concat();
        (done.status.code(), String::from_utf8(said).unwrap())
    };
    let (code, said) = metadata(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("waits for approval (key_dropped)"), "{said}");
    assert!(
        kept(&house, &agreement).await.pending.is_some(),
        "looking is no word"
    );
    let doctor = || {
        let done = run(&["doctor", "--config", config.to_str().unwrap()]);
        String::from_utf8([done.stdout, done.stderr].concat()).unwrap()
    };
    let said = doctor();
    let line = "FAIL  source           `agency`, approval: newer metadata has lost a key that it had";
    assert!(said.contains(line), "{said}");
    let (code, said) = metadata(&["--approve"]);
    assert_eq!(code, Some(0), "{said}");
    let said = doctor();
    assert!(
        said.contains("ok    source           `agency` stands well"),
        "{said}"
    );
    let row = kept(&house, &agreement).await;
    assert_eq!((row.document, row.pending), (other(1), None));
    let (code, said) = metadata(&["--approve"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("no change of the metadata of `agency` waits"),
        "{said}"
    );
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let events: Vec<String> =
        sqlx::query_scalar("SELECT kind FROM audit_leaves WHERE kind = 'source.metadata_approved'")
            .fetch_all(&mut *db)
            .await
            .unwrap();
    assert_eq!(events.len(), 1, "it is on record once");
}
