// SPDX-License-Identifier: Apache-2.0
//! Rotation of signing keys: published before use, kept until the last token has run out.

use authn::Happened;
use authn::oidc::jws;
use authn::oidc::keys::{Algorithm, CACHE_TIME, KeyRing, rotate};
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_tests::house::open_house;
use serde_json::json;

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
