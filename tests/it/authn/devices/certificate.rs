// SPDX-License-Identifier: Apache-2.0
//! A certificate names the device of a sign-in, and no other one does.

use countersign_directory::DeviceKey;
use countersign_tests::devices::DeviceHouse;
use countersign_tests::pki::{Authority, Leaf};
use http::StatusCode;

use super::{ACCOUNT, finish, lose, newest, presented, stored, trip};
use crate::authn::desk::{Tab, location, passkey};

#[tokio::test]
async fn a_certificate_names_the_device_of_a_sign_in() {
    let desk = DeviceHouse::open().await;
    let mut alice = passkey(&desk.house, "alice").await;
    let laptop = desk.authority.issue(&Leaf::of_device(1, "urn:uuid:laptop-1"));
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin(ACCOUNT).await;
    assert!(
        tab.get(&format!("/signin?flow={flow}"))
            .await
            .text
            .contains("Show which device this is")
    );
    let back = presented(&desk, &mut tab, &flow, Some(&laptop)).await;
    assert_eq!(location(&back), format!("/signin?flow={flow}"));
    finish(&mut tab, &flow, &mut alice).await;
    let session = newest(&desk.house, "alice");
    assert_eq!(
        session.place.device.as_ref().map(AsRef::as_ref),
        Some("fleet/urn:uuid:laptop-1")
    );
    let device = stored(&desk.house, "fleet/urn:uuid:laptop-1");
    assert_eq!(
        (device.key, device.managed, device.owner),
        (Some(DeviceKey::Certificate), false, None)
    );
}

/// A foreign authority, an ended and a revoked certificate, one for mail, one of no name, none at all; and a
/// state of revocation that nobody knows.
#[tokio::test]
async fn no_other_certificate_names_a_device() {
    let desk = DeviceHouse::open().await;
    let issue = |change: fn(&mut Leaf)| {
        let mut leaf = Leaf::of_device(7, "urn:uuid:laptop-7");
        change(&mut leaf);
        desk.authority.issue(&leaf)
    };
    desk.bring_list(&desk.authority.list(11, 24, &[66])).await;
    let foreign = Authority::new("Device CA").issue(&Leaf::of_device(1, "urn:uuid:laptop-7"));
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin(ACCOUNT).await;
    for (certificate, words) in [
        (None, "no certificate was sent"),
        (Some(foreign), "no path leads to a trusted issuer"),
        (Some(issue(|leaf| leaf.ends = 2026)), "ended"),
        (Some(issue(|leaf| leaf.serial = 66)), "was revoked"),
        (
            Some(issue(|leaf| leaf.is_for_clients = false)),
            "not for proving a device",
        ),
        (Some(issue(|leaf| leaf.uri = None)), "does not name one device"),
    ] {
        let page = presented(&desk, &mut tab, &flow, certificate.as_ref()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{words}");
        assert!(page.text.contains("not recognised"), "{words}: {}", page.text);
        if words != "ended" {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
    }
    // The list has run out: nobody can say.
    desk.house.advance(chrono::TimeDelta::days(2)).await;
    let flow = tab.begin(ACCOUNT).await;
    let page = presented(&desk, &mut tab, &flow, Some(&issue(|_| {}))).await;
    assert!(page.text.contains("no list says"), "{}", page.text);
    assert!(
        desk.house
            .app
            .snapshot()
            .device("fleet/urn:uuid:laptop-7")
            .is_none()
    );
}

/// The verdict of another browser's trip, and one that was used.
#[tokio::test]
async fn a_certificates_verdict_works_once_for_the_browser_that_asked() {
    let desk = DeviceHouse::open().await;
    let laptop = desk.authority.issue(&Leaf::of_device(1, "urn:uuid:laptop-1"));
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin(ACCOUNT).await;
    let back = trip(&desk, &mut tab, &flow, Some(&laptop)).await;
    let mut other = Tab::new(&desk.house);
    assert_eq!(other.get(&back).await.status, StatusCode::GONE);
    let theirs = other.begin(ACCOUNT).await;
    let result = back.split("result=").nth(1).unwrap();
    let path = format!("/signin/device/done?flow={theirs}&result={result}");
    assert_eq!(other.get(&path).await.status, StatusCode::GONE);
    // Whoever tried has used it up.
    assert_eq!(tab.get(&back).await.status, StatusCode::GONE);
    let back = trip(&desk, &mut tab, &flow, Some(&laptop)).await;
    assert_eq!(tab.get(&back).await.status, StatusCode::SEE_OTHER);
    assert_eq!(tab.get(&back).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_lost_device_is_refused_with_a_good_certificate() {
    let desk = DeviceHouse::open().await;
    let laptop = desk.authority.issue(&Leaf::of_device(1, "urn:uuid:laptop-1"));
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin(ACCOUNT).await;
    presented(&desk, &mut tab, &flow, Some(&laptop)).await;
    lose(&desk.house, "fleet/urn:uuid:laptop-1").await;
    let page = presented(&desk, &mut tab, &flow, Some(&laptop)).await;
    assert!(page.text.contains("the device is lost"), "{}", page.text);
}
