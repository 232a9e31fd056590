// SPDX-License-Identifier: Apache-2.0
//! A proxy that ends TLS in front of the card host proves itself by a certificate of its own, and nobody else puts
//! words into its mouth.

use std::io::{Read as _, Write as _};

use chrono::TimeDelta;
use countersign_tests::cards::{CardHouse, SECRET};
use countersign_tests::pki::{Authority, Leaf, TestCard};
use countersign_tests::tls_folder::TlsFolder;
use http::StatusCode;

use super::cards::{ALICE, back, link, start};
use super::desk::Tab;

const PROXY: &str = "proxy.example";

/// A card host behind proxies whose certificates one authority issues.
pub(super) struct Proxied {
    desk: CardHouse,
    programs: Authority,
    folder: TlsFolder,
}

impl Proxied {
    async fn open(secret: Option<&str>) -> Self {
        let (programs, cards) = (Authority::new("Program CA"), Authority::new("Agency CA"));
        let folder = TlsFolder::of(&programs);
        let mut keys = toml::Table::new();
        keys.insert("proxy".into(), proxy(&folder, secret).into());
        let sections = machines(&folder);
        let inside = TlsFolder::of(&cards);
        let desk = CardHouse::open_in(inside, cards, keys, toml::Table::new(), sections).await;
        Self {
            desk,
            programs,
            folder,
        }
    }

    async fn say(&self, path: &str, proxy: Option<&TestCard>, headers: &[&str]) -> String {
        let more: Vec<&str> = headers.iter().flat_map(|header| ["--header", *header]).collect();
        self.folder.present(self.desk.proxies, path, proxy, &more).await
    }
}

/// `[cards.proxy]` or `[devices.proxy]`: by TLS, with a certificate of [`PROXY`].
pub(super) fn proxy(folder: &TlsFolder, secret: Option<&str>) -> toml::Table {
    let mut proxy = toml::toml! {
        address = "127.0.0.1:0"
        peers = ["127.0.0.1"]
        names = ["proxy.example"]
    };
    proxy.insert("tls_certificate".into(), folder.named("host.pem"));
    proxy.insert("tls_key".into(), folder.named("host.key"));
    proxy.extend(secret.map(|secret| ("secret".to_owned(), secret.into())));
    proxy
}

/// `[machines]` with the authority and the lists of a folder.
pub(super) fn machines(folder: &TlsFolder) -> toml::Table {
    let mut machines = toml::Table::new();
    machines.insert("authorities".into(), folder.named("anchor.pem"));
    machines.insert("crl_folder".into(), folder.named(""));
    let mut sections = toml::Table::new();
    sections.insert("machines".into(), machines.into());
    sections
}

/// What a proxy says of a certificate.
pub(super) fn header(card: &TestCard) -> String {
    let leaf: String = card.pem.lines().filter(|line| !line.starts_with('-')).collect();
    format!("x-countersign-client-certificate: {leaf}")
}

#[tokio::test]
async fn a_proxy_with_its_certificate_is_believed_and_its_own_certificate_is_no_card() {
    let proxied = Proxied::open(None).await;
    let card = proxied.desk.authority.issue(&Leaf::of(1, ALICE));
    link(&proxied.desk, "alice", &card).await;
    let proxy = proxied.programs.issue(&Leaf::of_program(1, PROXY));
    let mut tab = Tab::new(&proxied.desk.house);
    let (flow, path) = start(&mut tab, "/signin").await;
    let answer = proxied.say(&path, Some(&proxy), &[&header(&card)]).await;
    let page = tab.get(&back(&answer)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains(&format!("/signin/continue?flow={flow}")));

    let mut tab = Tab::new(&proxied.desk.house);
    let (_, path) = start(&mut tab, "/signin").await;
    let answer = proxied.say(&path, Some(&proxy), &[]).await;
    let page = tab.get(&back(&answer)).await;
    assert!(page.text.contains("No card was presented"), "{}", page.text);
}

#[tokio::test]
async fn a_header_from_nobody_or_beside_the_wrong_certificate_is_refused() {
    let proxied = Proxied::open(None).await;
    let (desk, programs) = (&proxied.desk, &proxied.programs);
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    let leaf = header(&card);
    let secret = format!("x-countersign-proxy-secret: {SECRET}");
    let with = |change: fn(&mut Leaf)| {
        let mut leaf = Leaf::of_program(1, PROXY);
        change(&mut leaf);
        programs.issue(&leaf)
    };
    let wrong = [
        ("none at all", None),
        (
            "another program's",
            Some(with(|leaf| leaf.dns = Some("chat.example"))),
        ),
        ("a wildcard", Some(with(|leaf| leaf.dns = Some("*.example")))),
        ("one that has ended", Some(with(|leaf| leaf.ends = 2026))),
        ("one for mail", Some(with(|leaf| leaf.is_for_clients = false))),
        (
            "one that signed itself",
            Some(Leaf::of_program(1, PROXY).self_signed()),
        ),
        (
            "another authority's",
            Some(Authority::new("Program CA").issue(&Leaf::of_program(1, PROXY))),
        ),
        (
            "that of cards",
            Some(desk.authority.issue(&Leaf::of_program(1, PROXY))),
        ),
        ("the card itself", Some(card.clone())),
    ];
    let mut tab = Tab::new(&desk.house);
    let (_, path) = start(&mut tab, "/signin").await;
    for (what, certificate) in &wrong {
        let answer = proxied.say(&path, certificate.as_ref(), &[&leaf, &secret]).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{what}: {answer}");
    }
    let proxy = with(|_| {});
    for headers in [
        vec![leaf.as_str(), &leaf],
        vec![&leaf, "x-countersign-client-chain: ###"],
    ] {
        let answer = proxied.say(&path, Some(&proxy), &headers).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    // None of it used the way up.
    let answer = proxied.say(&path, Some(&proxy), &[&leaf]).await;
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");

    // Revoked, and then a state of revocation that nobody knows.
    let list = programs.list(11, 24, &[1]);
    proxied.folder.bring_list(&desk.house, &list).await;
    let answer = proxied.say("/card/none", Some(&proxy), &[&leaf]).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    let other = with(|leaf| leaf.serial = 2);
    let answer = proxied.say("/card/none", Some(&other), &[&leaf]).await;
    assert!(answer.starts_with("HTTP/1.1 410"), "{answer}");
    desk.house.advance(TimeDelta::days(2)).await;
    let answer = proxied.say("/card/none", Some(&other), &[&leaf]).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[tokio::test]
async fn where_both_are_configured_a_proxy_needs_its_certificate_and_the_secret() {
    let proxied = Proxied::open(Some(SECRET)).await;
    let card = proxied.desk.authority.issue(&Leaf::of(1, ALICE));
    let proxy = proxied.programs.issue(&Leaf::of_program(1, PROXY));
    let leaf = header(&card);
    let secret = format!("x-countersign-proxy-secret: {SECRET}");
    for (certificate, headers, status) in [
        (Some(&proxy), vec![leaf.as_str()], "403"),
        (None, vec![&leaf, &secret], "403"),
        (
            Some(&proxy),
            vec![&leaf, "x-countersign-proxy-secret: wrong"],
            "403",
        ),
        (Some(&proxy), vec![&leaf, &secret, &secret], "400"),
        (Some(&proxy), vec![&leaf, &secret], "410"),
    ] {
        let answer = proxied.say("/card/none", certificate, &headers).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{headers:?}: {answer}"
        );
    }
}

/// What a browser could get past a proxy: a second request in the body of the first, names that other programs take
/// for the same, two values in one line, a line that goes on in the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_browser_smuggles_past_a_proxy_is_a_card() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    let leaf = header(&card);
    let value = leaf.split_once(": ").unwrap().1;
    let secret = format!("x-countersign-proxy-secret: {SECRET}");
    let raw = async |text: String| {
        let address = desk.proxies;
        let read = tokio::task::spawn_blocking(move || {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.write_all(text.as_bytes()).unwrap();
            let mut said = String::new();
            stream.read_to_string(&mut said).unwrap();
            said
        });
        read.await.unwrap()
    };
    let mut tab = Tab::new(&desk.house);
    let (_, path) = start(&mut tab, "/signin").await;
    let second = format!("GET {path} HTTP/1.1\r\nHost: card\r\n{leaf}\r\n{secret}\r\n\r\n");
    let length = second.len() + 5;
    for framing in [
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked"),
        "Transfer-Encoding: chunked".to_owned(),
        "Content-Length: 0".to_owned(),
    ] {
        let body = if framing.contains("chunked") {
            "0\r\n\r\n"
        } else {
            ""
        };
        let first = format!("GET /card/none HTTP/1.1\r\nHost: card\r\n{secret}\r\n{framing}\r\n\r\n{body}");
        let said = raw(format!("{first}{second}")).await;
        assert_eq!(said.matches("HTTP/1.1").count(), 1, "{framing}: {said}");
        assert!(!said.starts_with("HTTP/1.1 303"), "{framing}: {said}");
    }
    for (line, status) in [
        (format!("{leaf}, {value}"), "400"),
        (format!("X-Countersign-Client-Certificate : {value}"), "400"),
        (
            format!("x-countersign-client-certificate: {}\r\n {value}", &value[..20]),
            "400",
        ),
        (format!("x-countersign-client-certificate:\r\n {value}"), "400"),
        (
            format!("x-countersign-client-certificate: -----BEGIN CERTIFICATE-----%0A{value}"),
            "400",
        ),
    ] {
        let said = raw(format!(
            "GET {path} HTTP/1.1\r\nHost: card\r\nConnection: close\r\n{secret}\r\n{line}\r\n\r\n"
        ))
        .await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {said}");
    }
    // A name that only some programs take for the header is none; and the way was not used up by any of this.
    let odd = format!("X_Countersign_Client_Certificate: {value}");
    let page = tab.get(&back(&desk.say(&path, &[&odd, &secret]).await)).await;
    assert!(page.text.contains("No card was presented"), "{}", page.text);
}
