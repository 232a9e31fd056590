// SPDX-License-Identifier: Apache-2.0
//! The device host behind a proxy that ends TLS.

use countersign_server::{http as wire, proxies};
use countersign_tests::devices::DeviceHouse;
use countersign_tests::pki::{Authority, Leaf};
use countersign_tests::tls_folder::{TlsFolder, bind};
use http::StatusCode;

use super::{ACCOUNT, finish, newest};
use crate::authn::desk::{ORIGIN, Tab, location, passkey};
use crate::authn::proxies::{header, machines, proxy};

#[tokio::test]
async fn a_proxy_that_proves_itself_says_which_certificate_a_device_showed_and_nobody_else_does() {
    let (programs, devices) = (Authority::new("Program CA"), Authority::new("Device CA"));
    let folder = TlsFolder::of(&programs);
    let mut keys = toml::Table::new();
    keys.insert("proxy".into(), proxy(&folder, None).into());
    let desk = DeviceHouse::open_in(TlsFolder::of(&devices), devices, keys, machines(&folder)).await;
    let (listener, address) = bind();
    let app = desk.house.app.clone();
    tokio::spawn(async move {
        let config = app.config.devices.as_ref().unwrap().proxy.clone().unwrap();
        let router = wire::device_host::behind_proxy(app.clone());
        proxies::serve(&app, &config, listener, router).await.unwrap();
    });
    let laptop = desk.authority.issue(&Leaf::of_device(1, "urn:uuid:laptop-1"));
    let said = header(&laptop);
    let proxy = programs.issue(&Leaf::of_program(1, "proxy.example"));
    let other = programs.issue(&Leaf::of_program(2, "chat.example"));

    let mut alice = passkey(&desk.house, "alice").await;
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin(ACCOUNT).await;
    let way = async |tab: &mut Tab<'_>| {
        let away = tab.get(&format!("/signin/device/certificate?flow={flow}")).await;
        let path = location(&away).strip_prefix("https://device.example");
        path.unwrap().to_owned()
    };
    let back = |answer: &str| {
        let line = answer
            .lines()
            .find(|line| line.to_lowercase().starts_with("location: "));
        let address = line.unwrap().split_once(' ').unwrap().1.trim();
        address.strip_prefix(ORIGIN).unwrap().to_owned()
    };

    let path = way(&mut tab).await;
    for certificate in [None, Some(&other), Some(&laptop)] {
        let answer = folder
            .present(address, &path, certificate, &["--header", &said])
            .await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    }
    // Straight at the device host, a header is nothing.
    let answer = desk
        .folder
        .present(desk.address, &path, None, &["--header", &said])
        .await;
    let page = tab.get(&back(&answer)).await;
    assert!(page.text.contains("no certificate was sent"), "{}", page.text);

    let path = way(&mut tab).await;
    let answer = folder
        .present(address, &path, Some(&proxy), &["--header", &said])
        .await;
    let page = tab.get(&back(&answer)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    finish(&mut tab, &flow, &mut alice).await;
    let device = newest(&desk.house, "alice").place.device;
    assert_eq!(
        device.as_ref().map(AsRef::as_ref),
        Some("fleet/urn:uuid:laptop-1")
    );
}
