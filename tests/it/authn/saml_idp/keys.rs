// SPDX-License-Identifier: Apache-2.0
//! The keys of the identity provider over time.

use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_tests::house::{open_house, start};
use http::Method;

#[tokio::test]
async fn a_successor_of_the_key_is_in_the_metadata_before_it_signs_and_the_old_one_after() {
    let house = open_house().await;
    let keys = async || -> Vec<authn::saml::PeerKey> {
        let answer = house.anonymous(Method::GET, "/saml/metadata", None).await;
        let entity =
            authn::saml::metadata::Entity::read(answer.text.as_bytes(), None, house.app.now()).unwrap();
        entity.identity_provider.unwrap().role.signing
    };
    let signer = async |among: &[authn::saml::PeerKey]| -> usize {
        let answer = house.anonymous(Method::GET, "/saml/metadata", None).await;
        let gated =
            authn::saml::Gated::admit(answer.text.as_bytes(), &authn::saml::Limits::METADATA).unwrap();
        let by = |key: &authn::saml::PeerKey| {
            authn::saml::signature::verify(&gated, std::slice::from_ref(key)).is_ok()
        };
        among.iter().position(by).unwrap()
    };
    let first = keys().await;
    assert_eq!(first.len(), 1);
    house.app.rotate_keys().await.unwrap();
    assert_eq!(keys().await, first, "not due");
    house.advance(TimeDelta::days(365)).await;
    house.app.rotate_keys().await.unwrap();
    let both = keys().await;
    assert_eq!(both.len(), 2);
    let old = both.iter().position(|key| *key == first[0]).unwrap();
    assert_eq!(signer(&both).await, old);
    house.advance(TimeDelta::days(7)).await;
    assert_eq!(keys().await.len(), 2);
    assert_eq!(signer(&both).await, 1 - old);
    house.advance(TimeDelta::days(8)).await;
    assert_eq!(keys().await, [both[1 - old].clone()]);
    // Another process finds the same keys and makes none.
    let other = house.reopened().await;
    other.clock.advance(house.app.now() - start());
    let theirs = other.identity_provider().await.unwrap();
    assert_eq!(
        theirs.signing(other.now()).unwrap().certificate(),
        both[1 - old].der()
    );
}
