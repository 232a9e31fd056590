// SPDX-License-Identifier: Apache-2.0
//! A provider's metadata that is fetched: what is taken, what waits, and what goes on counting.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use chrono::TimeDelta;
use countersign_authn::saml::Credential;
use countersign_authn::saml::credential::Kind;
use countersign_authn::saml::sign::signed;
use countersign_authn::store::saml_metadata;
use countersign_directory::source::Source;
use countersign_directory::store::{Shelf as _, Sources};
use countersign_tests::house::{TestHouse, open_house};
use countersign_tests::saml::{ENTITY, credential, metadata_element, now};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;

/// Serves whatever is put into it.
async fn served() -> (String, Arc<Mutex<String>>) {
    let document = Arc::new(Mutex::new(String::new()));
    let shown = Arc::clone(&document);
    let router = Router::new().route("/", get(async move || shown.lock().unwrap().clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (format!("http://{address}/"), document)
}

async fn house_following(url: &str) -> TestHouse {
    let house = open_house().await;
    let fetched = json!({
        "url": url, "certificate": include_str!("../../../saml/certificate.pem"), "every_seconds": 3_600,
    });
    let source: Source = serde_json::from_value(json!({
        "id": "agency", "name": "The agency", "trust": { "identity": true },
        "protocol": { "saml": { "entity_id": ENTITY, "metadata": { "fetched": fetched } } },
    }))
    .unwrap();
    let mut db = house.app.database.begin_write().await.unwrap();
    Sources::put(&[(&source.id, &source)], &mut db).await.unwrap();
    db.commit().await.unwrap();
    house.app.upstream.replace([source]);
    house
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
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let source = "agency".parse().unwrap();
    let row = saml_metadata::of(&source, &mut db).await.unwrap().unwrap();
    assert_eq!(row.pending.unwrap().1, "host_changed");
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
        let mut db = house.app.database.pool.acquire().await.unwrap();
        let source = "agency".parse().unwrap();
        let row = saml_metadata::of(&source, &mut db).await.unwrap().unwrap();
        row.warned_at
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
