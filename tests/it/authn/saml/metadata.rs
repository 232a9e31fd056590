// SPDX-License-Identifier: Apache-2.0
//! A provider's metadata that is fetched: what is taken, what waits, and what goes on counting.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use countersign_authn::saml::Credential;
use countersign_authn::saml::credential::Kind;
use countersign_authn::saml::sign::signed;
use countersign_authn::store::saml_metadata::{self, MetadataRow};
use countersign_authn::upstream::saml::peer::Agreement;
use countersign_directory::source::Source;
use countersign_directory::store::{Shelf as _, Sources};
use countersign_tests::house::{TestHouse, open_house, open_house_configured};
use countersign_tests::saml::{ENTITY, credential, metadata_element, now};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;

/// What somebody does while a document is on its way, once.
type Meanwhile = Arc<Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>>;

/// Serves whatever is put into it.
async fn served() -> (String, Arc<Mutex<String>>) {
    let (url, document, _) = served_meanwhile().await;
    (url, document)
}

/// As [`served`]; before it answers, it lets happen what is put beside the document.
async fn served_meanwhile() -> (String, Arc<Mutex<String>>, Meanwhile) {
    let document = Arc::new(Mutex::new(String::new()));
    let meanwhile = Meanwhile::default();
    let (shown, happens) = (Arc::clone(&document), Arc::clone(&meanwhile));
    let answer = async move || {
        let happens = happens.lock().unwrap().take();
        if let Some(happens) = happens {
            happens.await;
        }
        shown.lock().unwrap().clone()
    };
    let router = Router::new().route("/", get(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (format!("http://{address}/"), document, meanwhile)
}

async fn house_following(url: &str) -> TestHouse {
    let house = open_house().await;
    agree(&house, source(ENTITY, url, PINNED)).await;
    house
}

const PINNED: &str = include_str!("../../../saml/certificate.pem");

fn source(entity_id: &str, url: &str, certificate: &str) -> Source {
    let fetched = json!({ "url": url, "certificate": certificate, "every_seconds": 3_600 });
    serde_json::from_value(json!({
        "id": "agency", "name": "The agency", "trust": { "identity": true },
        "protocol": { "saml": { "entity_id": entity_id, "metadata": { "fetched": fetched } } },
    }))
    .unwrap()
}

async fn agree(house: &TestHouse, source: Source) {
    let mut db = house.app.database.begin_write().await.unwrap();
    Sources::put(&[(&source.id, &source)], &mut db).await.unwrap();
    db.commit().await.unwrap();
    house.app.upstream.replace([source]);
}

/// What is kept under what is agreed now.
async fn kept(house: &TestHouse) -> Option<MetadataRow> {
    let source = house.app.upstream.source(&"agency".parse().unwrap()).unwrap();
    let agreed = Agreement::of(&source).unwrap();
    let mut db = house.app.database.pool.acquire().await.unwrap();
    saml_metadata::of(&agreed, &mut db).await.unwrap()
}

fn document(origin: &str, keys: &[&Credential]) -> String {
    signed(metadata_element(origin, keys), credential())
        .unwrap()
        .canonical()
}

/// How many keys count now; none while the source may not be spoken to.
async fn keys(house: &TestHouse) -> Option<usize> {
    let partner = house.app.saml_partner("agency").await.ok()?;
    Some(partner.unwrap().provider.role.signing.len())
}

#[tokio::test]
async fn a_rollover_needs_nobody_and_a_key_less_or_another_host_waits_for_approval() {
    let (url, shown) = served().await;
    let house = house_following(&url).await;
    let mut rng = StdRng::seed_from_u64(5);
    let next = Credential::generate(Kind::Rsa, "next", now(), &mut rng).unwrap();
    let origin = "https://idp.example";
    let follow = async |text: String| {
        *shown.lock().unwrap() = text;
        house.advance(TimeDelta::hours(1)).await;
        house.app.follow_saml_metadata().await.unwrap();
        keys(&house).await
    };
    let one = document(origin, &[credential()]);
    let unsigned = metadata_element(origin, &[credential()]).canonical();
    let forged = signed(metadata_element(origin, &[&next]), &next)
        .unwrap()
        .canonical();
    // Nothing counts before something was signed by the pinned key.
    assert_eq!(follow(unsigned.clone()).await, None);
    assert_eq!(follow(forged.clone()).await, None);
    assert_eq!(follow(one.clone()).await, Some(1));
    // What is not, changes nothing.
    assert_eq!(follow(unsigned).await, Some(1));
    assert_eq!(follow(forged).await, Some(1));
    assert_eq!(follow("nothing".to_owned()).await, Some(1));
    assert_eq!(follow(document(origin, &[credential(), &next])).await, Some(2));
    assert_eq!(follow(one.clone()).await, None);
    assert_eq!(follow(document(origin, &[credential(), &next])).await, Some(2));
    assert_eq!(
        follow(document("https://elsewhere.example", &[credential(), &next])).await,
        None
    );
    assert_eq!(kept(&house).await.unwrap().pending.unwrap().1, "host_changed");
}

#[tokio::test]
async fn the_last_good_copy_counts_until_it_runs_out_and_is_warned_of() {
    let (url, shown) = served().await;
    let house = house_following(&url).await;
    let until = countersign_authn::saml::instant(now() + TimeDelta::days(10));
    let element = metadata_element("https://idp.example", &[credential()]).with("validUntil", until);
    *shown.lock().unwrap() = signed(element, credential()).unwrap().canonical();
    house.app.follow_saml_metadata().await.unwrap();
    assert_eq!(keys(&house).await, Some(1));
    // From now on nothing comes.
    shown.lock().unwrap().clear();
    let warned_at = async || {
        house.app.follow_saml_metadata().await.unwrap();
        kept(&house).await.unwrap().warned_at
    };
    house.advance(TimeDelta::days(2)).await;
    assert!(warned_at().await < now());
    house.advance(TimeDelta::days(1)).await;
    let first = warned_at().await;
    assert_eq!(first, now() + TimeDelta::days(3));
    house.advance(TimeDelta::hours(23)).await;
    assert_eq!(warned_at().await, first);
    assert_eq!(keys(&house).await, Some(1));
    house.advance(TimeDelta::days(6) + TimeDelta::hours(1)).await;
    assert_eq!(keys(&house).await, None);
}

/// Whoever takes a key out of the record, or names another place, does it because the old one is not to be
/// believed any more: nothing that came by it counts from that moment on.
#[tokio::test]
async fn what_was_fetched_under_another_agreement_counts_no_more() {
    let (url, shown) = served().await;
    let house = house_following(&url).await;
    let mut rng = StdRng::seed_from_u64(6);
    let next = Credential::generate(Kind::Rsa, "next", now(), &mut rng).unwrap();
    let base64 = STANDARD.encode(next.certificate());
    let lines: Vec<&str> = (0..base64.len())
        .step_by(64)
        .map(|at| &base64[at..base64.len().min(at + 64)])
        .collect();
    let next_pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    );
    let origin = "https://idp.example";
    let by_old = document(origin, &[credential()]);
    let by_new = signed(metadata_element(origin, &[&next]), &next)
        .unwrap()
        .canonical();
    let follow = async |text: &str| {
        text.clone_into(&mut shown.lock().unwrap());
        house.app.follow_saml_metadata().await.unwrap();
        keys(&house).await
    };
    assert_eq!(follow(&by_old).await, Some(1));
    for other in [
        source(ENTITY, &url, &next_pem),
        source(ENTITY, "http://127.0.0.1:9/", PINNED),
        source("https://other.example", &url, PINNED),
    ] {
        agree(&house, other).await;
        assert_eq!(keys(&house).await, None);
        assert_eq!(kept(&house).await, None);
    }
    // What was agreed before is what was fetched before.
    agree(&house, source(ENTITY, &url, PINNED)).await;
    assert_eq!(keys(&house).await, Some(1));
    // It is fetched at once under the new one, and the old key signs nothing any more.
    agree(&house, source(ENTITY, &url, &next_pem)).await;
    assert_eq!(follow(&by_old).await, None);
    assert_eq!(follow(&by_new).await, Some(1));
    let row = kept(&house).await.unwrap();
    assert_eq!(row.pending, None, "nothing of before is a measure for it");
}

/// Somebody approves while a pass has asked and waits for the answer: what she approved counts.
#[tokio::test]
async fn an_approval_that_comes_while_a_pass_fetches_stays() {
    let (url, shown, meanwhile) = served_meanwhile().await;
    let house = house_following(&url).await;
    let mut rng = StdRng::seed_from_u64(7);
    let next = Credential::generate(Kind::Rsa, "next", now(), &mut rng).unwrap();
    let origin = "https://idp.example";
    let follow = async |text: &str| {
        text.clone_into(&mut shown.lock().unwrap());
        house.advance(TimeDelta::hours(1)).await;
        house.app.follow_saml_metadata().await.unwrap();
    };
    let replaced = document(origin, &[&next]);
    follow(&document(origin, &[credential()])).await;
    follow(&replaced).await;
    assert_eq!(keys(&house).await, None);
    let (pending, _) = kept(&house).await.unwrap().pending.unwrap();
    let (app, approved) = (house.app.clone(), pending.clone());
    *meanwhile.lock().unwrap() = Some(Box::pin(async move {
        let source = app.upstream.source(&"agency".parse().unwrap()).unwrap();
        let agreed = Agreement::of(&source).unwrap();
        let mut db = app.database.begin_write().await.unwrap();
        assert!(saml_metadata::approve(&agreed, &approved, &mut db).await.unwrap());
        app.commit(db).await.unwrap();
    }));
    follow(&replaced).await;
    let row = kept(&house).await.unwrap();
    assert_eq!((row.document, row.pending), (pending, None));
    assert_eq!(keys(&house).await, Some(1));
    // The next pass finds what counts, and nothing to doubt.
    follow(&replaced).await;
    assert_eq!(kept(&house).await.unwrap().pending, None);
}

#[tokio::test]
async fn only_the_document_that_was_looked_at_is_approved() {
    let (url, shown) = served().await;
    let house = house_following(&url).await;
    let mut rng = StdRng::seed_from_u64(8);
    let [one, two] = [(); 2].map(|()| Credential::generate(Kind::Ecdsa, "x", now(), &mut rng).unwrap());
    let mut pending = Vec::new();
    for key in [credential(), &one, &two] {
        *shown.lock().unwrap() = document("https://idp.example", &[key]);
        house.advance(TimeDelta::hours(1)).await;
        house.app.follow_saml_metadata().await.unwrap();
        pending.extend(kept(&house).await.unwrap().pending);
    }
    let source = house.app.upstream.source(&"agency".parse().unwrap()).unwrap();
    let agreed = Agreement::of(&source).unwrap();
    let mut db = house.app.database.begin_write().await.unwrap();
    for (document, is_taken) in [
        (&pending[0].0, false),
        (&pending[1].0, true),
        (&pending[1].0, false),
    ] {
        let taken = saml_metadata::approve(&agreed, document, &mut db).await.unwrap();
        assert_eq!(taken, is_taken);
    }
    db.commit().await.unwrap();
    assert_eq!(keys(&house).await, Some(1));
}

/// A store that fails at one source, as one row that cannot be read does, is no reason to leave the others be.
#[tokio::test]
async fn a_row_that_cannot_be_read_keeps_no_other_source_from_being_followed() {
    let (url, shown) = served().await;
    let house = house_following(&url).await;
    *shown.lock().unwrap() = document("https://idp.example", &[credential()]);
    let mut first = source(ENTITY, &url, PINNED);
    first.id = "aaa".parse().unwrap();
    agree(&house, first.clone()).await;
    house.app.follow_saml_metadata().await.unwrap();
    let mut db = house.app.database.begin_write().await.unwrap();
    sqlx::query("UPDATE saml_metadata SET pending_why = 'nothing' WHERE source = 'aaa'")
        .execute(&mut *db)
        .await
        .unwrap();
    db.commit().await.unwrap();
    house.app.upstream.replace([first, source(ENTITY, &url, PINNED)]);
    house.app.follow_saml_metadata().await.unwrap_err();
    assert_eq!(keys(&house).await, Some(1));
}

/// A file that the configuration names is read again when somebody puts another in its place.
#[tokio::test]
async fn a_file_of_metadata_is_read_again_when_it_changes_and_only_if_it_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("idp.xml");
    let origin = "https://idp.example";
    std::fs::write(&file, metadata_element(origin, &[credential()]).canonical()).unwrap();
    let record = json!({
        "id": "agency", "name": "The agency", "trust": { "identity": true },
        "protocol": { "saml": { "entity_id": ENTITY, "metadata": { "document_file": file } } },
    });
    let mut sections = toml::Table::new();
    let record = toml::Value::try_from(record).unwrap();
    sections.insert("sources".into(), toml::Value::Array(vec![record]));
    let house = open_house_configured(sections).await;
    let changed = async || {
        let mut db = house.app.database.pool.acquire().await.unwrap();
        let kinds: Vec<String> =
            sqlx::query_scalar("SELECT kind FROM audit_leaves WHERE kind = 'source.changed'")
                .fetch_all(&mut *db)
                .await
                .unwrap();
        kinds.len()
    };
    let follow = async |text: &str| {
        std::fs::write(&file, text).unwrap();
        house.app.follow_metadata_files().await.unwrap();
        keys(&house).await
    };
    let one = metadata_element(origin, &[credential()]).canonical();
    let at_first = changed().await;
    assert_eq!(follow(&one).await, Some(1));
    assert_eq!(changed().await, at_first, "it is as it was");
    let mut rng = StdRng::seed_from_u64(9);
    let next = Credential::generate(Kind::Ecdsa, "next", now(), &mut rng).unwrap();
    let two = metadata_element(origin, &[credential(), &next]);
    assert_eq!(follow(&two.clone().canonical()).await, Some(2));
    assert_eq!(changed().await, at_first + 1);
    for bad in [
        "",
        "<a/>",
        "nothing",
        &one.replace(ENTITY, "https://other.example"),
    ] {
        assert_eq!(follow(bad).await, Some(2));
    }
    assert_eq!(changed().await, at_first + 1);
    // Nobody fetches it: its end is warned of, once a day.
    let until = countersign_authn::saml::instant(house.app.now() + TimeDelta::days(8));
    assert_eq!(follow(&two.with("validUntil", until).canonical()).await, Some(2));
    let warned = async || {
        house.app.warn_of_metadata_ends().await.unwrap();
        let mut db = house.app.database.pool.acquire().await.unwrap();
        let kinds: Vec<String> =
            sqlx::query_scalar("SELECT kind FROM audit_leaves WHERE kind = 'source.metadata_runs_out'")
                .fetch_all(&mut *db)
                .await
                .unwrap();
        kinds.len()
    };
    assert_eq!(warned().await, 0);
    for (hours, times) in [(23, 0), (1, 1), (23, 1), (1, 2)] {
        house.advance(TimeDelta::hours(hours)).await;
        assert_eq!(warned().await, times);
    }
}
