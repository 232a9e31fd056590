// SPDX-License-Identifier: Apache-2.0
//! A key in a browser names the device of a sign-in, once, there, for its owner alone.

use authn::factor::device_key::Purpose;
use countersign_authn as authn;
use countersign_directory::DeviceKey;
use countersign_tests::devices::BrowserKey;
use countersign_tests::house::open_house;
use http::StatusCode;

use super::{ACCOUNT, begin_anew, challenge, enrol, enrolled, newest, send, sign_in_on, stored};
use crate::authn::desk::{ORIGIN, Tab, passkey};

#[tokio::test]
async fn a_key_in_a_browser_names_the_device_of_the_next_sign_in_and_no_more() {
    let house = open_house().await;
    let (key, mut tab, mut alice) = enrolled(&house, "alice").await;
    let device = stored(&house, &key.device());
    assert!(!device.managed && device.accreditation.is_none() && device.posture_reported_at.is_none());
    assert_eq!(device.key, Some(DeviceKey::Browser));
    assert_eq!(device.owner.as_ref().map(AsRef::as_ref), Some("alice"));
    assert_eq!(
        newest(&house, "alice").place.device,
        None,
        "it was enrolled from a sign-in without it"
    );

    sign_in_on(&mut tab, &mut alice, Some(&key)).await;
    let session = newest(&house, "alice");
    assert_eq!(
        session.place.device.as_ref().map(AsRef::as_ref),
        Some(key.device().as_str())
    );
    let page = tab.get("/account").await.text;
    assert!(page.contains(&format!("on device {}", key.device())), "{page}");
    let page = tab.get("/account/devices").await.text;
    assert!(
        page.contains("(this one)") && page.contains("not accredited, not managed"),
        "{page}"
    );

    // A sign-in that does not prove it is not on it, also where the browser was on it before.
    sign_in_on(&mut tab, &mut alice, None).await;
    assert_eq!(newest(&house, "alice").place.device, None);
}

/// A replayed challenge, another browser's, and one for something else.
#[tokio::test]
async fn a_challenge_works_once_in_its_own_browser_for_its_own_purpose() {
    let house = open_house().await;
    let (key, mut tab, _) = enrolled(&house, "alice").await;
    let flow = begin_anew(&mut tab).await;
    let challenge = challenge(&mut tab, &flow).await;
    let signature = key.sign(Purpose::Prove, ORIGIN, &challenge, &key.thumbprint());
    let first = send(&mut tab, &flow, &challenge, &key.thumbprint(), &signature).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let again = send(&mut tab, &flow, &challenge, &key.thumbprint(), &signature).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);

    // Another browser: neither with its own flow, nor with the one that it was told of.
    let mut other = Tab::new(&house);
    let theirs = other.begin(ACCOUNT).await;
    let mine = self::challenge(&mut tab, &flow).await;
    let signature = key.sign(Purpose::Prove, ORIGIN, &mine, &key.thumbprint());
    let stolen = send(&mut other, &theirs, &mine, &key.thumbprint(), &signature).await;
    assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let into = send(&mut other, &flow, &mine, &key.thumbprint(), &signature).await;
    assert_eq!(into.status, StatusCode::GONE, "{}", into.text);

    // Signed for another purpose, for another origin.
    for (purpose, origin) in [(Purpose::Enrol, ORIGIN), (Purpose::Prove, "https://id.example")] {
        let challenge = self::challenge(&mut tab, &flow).await;
        let signature = key.sign(purpose, origin, &challenge, &key.thumbprint());
        let answer = send(&mut tab, &flow, &challenge, &key.thumbprint(), &signature).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    // Late.
    let challenge = self::challenge(&mut tab, &flow).await;
    let signature = key.sign(Purpose::Prove, ORIGIN, &challenge, &key.thumbprint());
    house.advance(chrono::TimeDelta::seconds(121)).await;
    let late = send(&mut tab, &flow, &challenge, &key.thumbprint(), &signature).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// The key of another device, an unknown key, and a key on file that somebody else signs in with.
#[tokio::test]
async fn the_key_of_another_device_or_of_somebody_else_names_none() {
    let house = open_house().await;
    let (key, mut tab, _) = enrolled(&house, "alice").await;
    let other = BrowserKey::default();
    let flow = begin_anew(&mut tab).await;
    for (signer, named) in [(&other, &key), (&other, &other), (&key, &other)] {
        let challenge = challenge(&mut tab, &flow).await;
        let signature = signer.sign(Purpose::Prove, ORIGIN, &challenge, &named.thumbprint());
        let answer = send(&mut tab, &flow, &challenge, &named.thumbprint(), &signature).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    }
    let mut carol = passkey(&house, "carol").await;
    let mut theirs = Tab::new(&house);
    sign_in_on(&mut theirs, &mut carol, Some(&key)).await;
    assert_eq!(newest(&house, "carol").place.device, None);
    // Nor can she put it on file a second time.
    let again = enrol(&mut theirs, &key).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unchanged = stored(&house, &key.device());
    assert_eq!(unchanged.owner.as_ref().map(AsRef::as_ref), Some("alice"));
}
