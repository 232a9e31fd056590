// SPDX-License-Identifier: Apache-2.0
//! Smartcards: from the sign-in page by real TLS to the account, and every way not to get there.

use chrono::TimeDelta;
use countersign_authn::assurance::{Level, Method};
use countersign_authn::cards::bind;
use countersign_authn::factor::card::{Card, Mapping, Presented};
use countersign_authn::store::cards::{self, BoundCard};
use countersign_authn::store::sessions;
use countersign_authn::{Happened, session::Session};
use countersign_tests::cards::{CardHouse, SECRET};
use countersign_tests::house::Answer;
use countersign_tests::pki::{Authority, CARD_AUTHENTICATION, Leaf, TestCard};
use http::{Method as Verb, StatusCode};

use super::desk::{ORIGIN, Tab, form, location};

pub(super) const ALICE: &str = "alice@agency.example";
const DAVE: &str = "dave@agency.example";

#[tokio::test]
async fn a_linked_card_signs_in_at_aal3_with_its_evidence() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    let session = signed_in(&desk, &card, "alice").await;
    assert_eq!(session.level, Level::Aal3);
    assert_eq!(session.level.acr(), "phrh");
    let evidence = [Method::Hwk, Method::Mfa, Method::Pin, Method::Pop, Method::Sc];
    assert_eq!(session.methods, evidence.into());
}

#[tokio::test]
async fn each_trouble_has_its_page() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let issue = |change: fn(&mut Leaf)| {
        let mut leaf = Leaf::of(7, ALICE);
        change(&mut leaf);
        desk.authority.issue(&leaf)
    };
    desk.bring_list(&desk.authority.list(11, 24, &[66])).await;
    let stranger = Authority::new("Other CA").issue(&Leaf::of(1, ALICE));
    for (card, words) in [
        (None, "We didn&#39;t get a certificate from your browser."),
        (
            Some(issue(|leaf| leaf.policy = None)),
            "You chose Card 7. Choose the one issued by Agency CA",
        ),
        (
            Some(issue(|leaf| leaf.is_for_clients = false)),
            "You chose Card 7.",
        ),
        (
            Some(issue(|leaf| leaf.ends = 2026)),
            "this certificate expired on 1 Jan 2026",
        ),
        (
            Some(issue(|leaf| leaf.begins = 2039)),
            "this certificate is valid from 1 Jan 2039, 00:00 UTC on.",
        ),
        (Some(stranger), "accept cards issued by Other CA."),
        (
            Some(issue(|leaf| leaf.serial = 66)),
            "this card has been cancelled",
        ),
        (
            Some(issue(|leaf| leaf.upn = None)),
            "no name that this site goes by",
        ),
        (Some(issue(|_| {})), "linked to an account here. Link it"),
    ] {
        let mut tab = Tab::new(&desk.house);
        let page = present(&desk, &mut tab, card.as_ref()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(
            page.text.replace("&#x27;", "&#39;").contains(words),
            "{words}: {}",
            page.text
        );
        assert!(page.text.contains("Try again"), "{words}");
        assert!(!page.text.contains("credentials"));
    }
}

#[tokio::test]
async fn a4_the_identity_is_the_leaf_that_proved_possession() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let victim = desk.authority.issue(&Leaf::of(1, ALICE));
    let mut attacker = desk.authority.issue(&Leaf::of(2, DAVE));
    link(&desk, "alice", &victim).await;
    link(&desk, "dave", &attacker).await;
    attacker.pem.push_str(&victim.pem);
    signed_in(&desk, &attacker, "dave").await;
    // Whoever has no key of it cannot put the victim's certificate first: TLS itself refuses.
    let swapped = TestCard {
        pem: victim.pem,
        key: desk.authority.issue(&Leaf::of(3, DAVE)).key,
    };
    let path = "/card/none";
    let file = desk
        .folder
        .write("swapped.pem", &format!("{}{}", swapped.pem, swapped.key));
    let curl = std::process::Command::new("curl")
        .args(["--silent", "--insecure", "--cert"])
        .arg(&file)
        .arg(format!("https://localhost:{}{path}", desk.address.port()))
        .output()
        .unwrap();
    assert!(!curl.status.success());
}

#[tokio::test]
async fn a5_a_certificate_in_a_header_counts_only_from_a_proxy_that_proves_itself() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    let leaf: String = card.pem.lines().filter(|line| !line.starts_with('-')).collect();
    let leaf = format!("x-countersign-client-certificate: {leaf}");
    let secret = format!("x-countersign-proxy-secret: {SECRET}");

    // From a browser, by TLS: the header is nothing.
    let mut tab = Tab::new(&desk.house);
    let (_, path) = start(&mut tab, "/signin").await;
    let answer = desk
        .present(&path, None, &["--header", &leaf, "--header", &secret])
        .await;
    let page = tab.get(&back(&answer)).await;
    assert!(page.text.contains("No card was presented"), "{}", page.text);

    // At the proxies' listener: with no secret, a wrong one, two leaves, two secrets, what is no certificate.
    for (headers, status) in [
        (vec![leaf.as_str()], "403"),
        (vec![&leaf, "x-countersign-proxy-secret: wrong"], "403"),
        (vec![&leaf, &leaf, &secret], "400"),
        (vec![&leaf, &secret, &secret], "400"),
        (vec!["x-countersign-client-certificate: ###", &secret], "400"),
    ] {
        let answer = desk.say(&path, &headers).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }

    // And with the right one it is the card.
    let mut tab = Tab::new(&desk.house);
    let (flow, path) = start(&mut tab, "/signin").await;
    let answer = desk.say(&path, &[&leaf, &secret]).await;
    let page = tab.get(&back(&answer)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains(&format!("/signin/continue?flow={flow}")));
    assert_eq!(session_of(&desk, "alice").await.level, Level::Aal3);
}

#[tokio::test]
async fn a6_an_issuer_of_web_certificates_issues_no_cards() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    // The same names from an authority that the machine may trust, that sends itself along.
    let web = Authority::new("Agency CA");
    let mut forged = web.issue(&Leaf::of(1, ALICE));
    forged.pem.push_str(&web.pem);
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&forged)).await;
    assert!(page.text.contains("not accepted here"), "{}", page.text);
    // The right authority, for another policy.
    let mut leaf = Leaf::of(2, ALICE);
    leaf.policy = Some("2.16.840.1.101.3.2.1.3.40");
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&desk.authority.issue(&leaf))).await;
    assert!(page.text.contains("not the right certificate"), "{}", page.text);
}

#[tokio::test]
async fn a8_names_are_not_folded_and_a_card_of_two_accounts_opens_none() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    let other = desk.authority.issue(&Leaf::of(2, "ALICE@agency.example"));
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&other)).await;
    assert!(page.text.contains("opens no account"), "{}", page.text);

    // Linking refuses what is somebody else's.
    let known = card_of(&desk, ALICE);
    let mut rng = desk.house.app.rng();
    let mut log = Happened::new();
    let mut db = desk.house.app.database.begin_write().await.unwrap();
    let dave = "dave".parse().unwrap();
    let now = desk.house.app.now();
    let refused = bind(&dave, &known, now, &mut rng, &mut log, &mut db)
        .await
        .unwrap();
    assert!(refused.is_err());
    assert_eq!(log.events[0].kind, "card.bound_to_another");
    // If it happens all the same, nobody gets in.
    let bound = BoundCard {
        id: "second".into(),
        person: dave,
        subject: known.subject.clone(),
        issued_by: known.issued_by.clone(),
        issuer: known.issuer.clone(),
        level: known.level,
        expires_at: known.expires_at,
        created_at: now,
        last_used_at: None,
    };
    assert!(cards::add(&bound, &known, &mut db).await.unwrap());
    desk.house.app.commit(db).await.unwrap();
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&card)).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.text.contains("cannot be told whose account"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_key_that_needs_no_pin_is_one_factor() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let mut leaf = Leaf::of(1, ALICE);
    leaf.policy = Some(CARD_AUTHENTICATION);
    let card = desk.authority.issue(&leaf);
    link(&desk, "alice", &card).await;
    let session = signed_in(&desk, &card, "alice").await;
    assert_eq!(session.level, Level::Aal1);
    assert!(!session.methods.contains(&Method::Mfa) && !session.methods.contains(&Method::Pin));
}

#[tokio::test]
async fn a_verdict_works_once_and_only_in_the_browser_that_asked() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    let mut attacker = Tab::new(&desk.house);
    let (_, path) = start(&mut attacker, "/signin").await;
    // The victim follows the attacker's link: the verdict comes to her browser, which did not ask.
    let answer = desk.present(&path, Some(&card), &[]).await;
    let mut victim = Tab::new(&desk.house);
    start(&mut victim, "/signin").await;
    assert_eq!(victim.get(&back(&answer)).await.status, StatusCode::GONE);
    // The nonce is used up.
    assert!(
        desk.present(&path, Some(&card), &[])
            .await
            .starts_with("HTTP/1.1 410")
    );
    // And so is a verdict.
    let mut tab = Tab::new(&desk.house);
    let (_, path) = start(&mut tab, "/signin").await;
    let back = back(&desk.present(&path, Some(&card), &[]).await);
    assert_eq!(tab.get(&back).await.status, StatusCode::OK);
    assert_ne!(tab.get(&back).await.status, StatusCode::OK);
    // A nonce waits five minutes.
    let mut tab = Tab::new(&desk.house);
    let (_, path) = start(&mut tab, "/signin").await;
    desk.house.advance(TimeDelta::seconds(301)).await;
    assert!(
        desk.present(&path, Some(&card), &[])
            .await
            .starts_with("HTTP/1.1 410")
    );
}

#[tokio::test]
async fn the_card_host_resumes_nothing_names_its_issuers_and_closes() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let answer = desk.present("/card/none", None, &["--http2"]).await;
    let head = answer.to_lowercase();
    assert!(head.starts_with("http/1.1 410"), "{answer}");
    assert!(head.contains("connection: close") && head.contains("cache-control: no-store"));
    assert!(!head.contains("set-cookie") && !head.contains("<script") && !head.contains("src="));
    let mut openssl = std::process::Command::new("openssl");
    openssl.args(["s_client", "-connect", &desk.address.to_string()]);
    let openssl = openssl
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut openssl = openssl.stderr(std::process::Stdio::null()).spawn().unwrap();
    use std::io::Write as _;
    let mut input = openssl.stdin.take().unwrap();
    input
        .write_all(b"GET /card/none HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let output = tokio::task::spawn_blocking(move || {
        // The server closes; standard input stays open until then.
        let output = openssl.wait_with_output().unwrap();
        drop(input);
        output
    });
    let output = String::from_utf8_lossy(&output.await.unwrap().stdout).into_owned();
    assert!(output.contains("CN = Agency CA"), "{output}");
    assert!(output.contains("410"), "{output}");
    assert!(!output.contains("New Session Ticket"), "{output}");
}

#[tokio::test]
async fn linking_asks_for_a_fresh_sign_in_of_two_factors() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let weak = desk.house.browser("alice", Level::Aal1, None).await;
    let answer = desk
        .house
        .as_person(&weak, Verb::GET, "/account/cards/add", None)
        .await;
    assert!(location(&answer).starts_with("/signin?then=/account/cards/add&max_age=600&acr_values="));
    let old = desk.house.browser("alice", Level::Aal2, None).await;
    desk.house.advance(TimeDelta::seconds(601)).await;
    let answer = desk
        .house
        .as_person(&old, Verb::GET, "/account/cards/add", None)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    // Once a card of level 3 is linked, linking another asks for level 3.
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    let weaker = desk.house.browser("alice", Level::Aal2, None).await;
    let answer = desk
        .house
        .as_person(&weaker, Verb::GET, "/account/cards/add", None)
        .await;
    assert!(location(&answer).ends_with("acr_values=phrh"));
}

#[tokio::test]
async fn the_last_strong_way_cannot_be_removed() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let first = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &first).await;
    let browser = desk.house.browser("alice", Level::Aal3, None).await;
    let remove = async |id: &str| {
        let fields = [("csrf", browser.session.csrf.as_str()), ("card", id)];
        post(&desk, &browser, "/account/cards/remove", &fields).await
    };
    let bound = bound_cards(&desk, "alice").await;
    assert_eq!(
        remove(&bound[0].id).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let second = desk.authority.issue(&Leaf::of(2, "alice.two@agency.example"));
    link(&desk, "alice", &second).await;
    let page = remove(&bound[0].id).await;
    assert!(page.text.contains("The card was removed."), "{}", page.text);
    assert_eq!(bound_cards(&desk, "alice").await.len(), 1);
}

#[tokio::test]
async fn by_rule_the_first_use_links_the_card_once_its_holder_says_yes() {
    let desk = CardHouse::open(toml::toml! { first_use = "upn_is_person" }).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    let mut tab = Tab::new(&desk.house);
    let (flow, path) = start(&mut tab, "/signin").await;
    let answer = desk.present(&path, Some(&card), &[]).await;
    let page = tab.get(&back(&answer)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let page = tab.get(location(&page)).await;
    assert!(
        page.text.contains("can sign in as <strong>alice</strong>"),
        "{}",
        page.text
    );
    assert!(bound_cards(&desk, "alice").await.is_empty());
    let done = tab.post("/signin/card/confirm", &[("flow", &flow)]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(session_of(&desk, "alice").await.level, Level::Aal3);
    // Another card of the same person is not taken by the rule.
    let mut tab = Tab::new(&desk.house);
    let second = desk.authority.issue(&Leaf::of(2, "alice@other.example"));
    let page = present(&desk, &mut tab, Some(&second)).await;
    assert!(page.text.contains("opens no account"), "{}", page.text);
}

/// Links a card on the account page, as its holder does.
pub(super) async fn link(desk: &CardHouse, person: &str, card: &TestCard) {
    let browser = desk.house.browser(person, Level::Aal3, None).await;
    let page = desk
        .house
        .as_person(&browser, Verb::GET, "/account/cards/add", None)
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let answer = desk.present(&start_path(&page), Some(card), &[]).await;
    let page = desk
        .house
        .as_person(&browser, Verb::GET, &back(&answer), None)
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(
        page.text
            .contains(&format!("can sign in as <strong>{person}</strong>"))
    );
    let value = between(&page.text, "name=\"card\" value=\"", "\"");
    let page = post(desk, &browser, "/account/cards", &[("card", value)]).await;
    assert!(page.text.contains("The card was linked."), "{}", page.text);
}

async fn post(
    desk: &CardHouse,
    browser: &countersign_tests::house::Browser,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let headers = [
        ("origin", ORIGIN),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let request = desk
        .house
        .request_of(browser, Verb::POST, path, &headers, form(fields));
    desk.house.send(request).await
}

/// Signs in with a card; answers the session.
pub(super) async fn signed_in(desk: &CardHouse, card: &TestCard, person: &str) -> Session {
    let mut tab = Tab::new(&desk.house);
    let page = present(desk, &mut tab, Some(card)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("/signin/continue?flow="), "{}", page.text);
    session_of(desk, person).await
}

/// The newest session of a person.
async fn session_of(desk: &CardHouse, person: &str) -> Session {
    let mut db = desk.house.app.database.pool.acquire().await.unwrap();
    let all = sessions::open_of_person(&person.parse().unwrap(), &mut db)
        .await
        .unwrap();
    let with_card = all.into_iter().filter(|one| one.methods.contains(&Method::Sc));
    with_card
        .max_by_key(|one| one.auth_time)
        .expect("a session by card")
}

async fn bound_cards(desk: &CardHouse, person: &str) -> Vec<BoundCard> {
    let mut db = desk.house.app.database.pool.acquire().await.unwrap();
    cards::of_person(&person.parse().unwrap(), &mut db).await.unwrap()
}

/// Begins a sign-in in a tab; answers the flow and the path on the card host.
pub(super) async fn start(tab: &mut Tab<'_>, at: &str) -> (String, String) {
    let flow = tab.begin(at).await;
    let page = tab.get(&format!("/signin/card?flow={flow}")).await;
    assert!(
        page.text.contains("Choose the one issued by Agency CA"),
        "{}",
        page.text
    );
    (flow, start_path(&page))
}

/// From the sign-in page to the card host and back.
pub(super) async fn present(desk: &CardHouse, tab: &mut Tab<'_>, card: Option<&TestCard>) -> Answer {
    let (_, path) = start(tab, "/signin").await;
    let answer = desk.present(&path, card, &[]).await;
    tab.get(&back(&answer)).await
}

fn start_path(page: &Answer) -> String {
    let address = between(&page.text, "href=\"https://", "\"");
    let (host, path) = address.split_once('/').unwrap();
    assert!(
        host.ends_with(".card.example") && host.len() == ".card.example".len() + 16,
        "{host}"
    );
    format!("/{path}")
}

/// Where the card host sends the browser.
pub(super) fn back(answer: &str) -> String {
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let line = answer
        .lines()
        .find(|line| line.to_lowercase().starts_with("location: "));
    let address = line.unwrap().split_once(": ").unwrap().1;
    address.strip_prefix(ORIGIN).unwrap().to_owned()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

fn card_of(desk: &CardHouse, upn: &str) -> Card {
    Card {
        issuer: "agency".into(),
        mapping: Mapping::Upn,
        value: upn.into(),
        level: Level::Aal3,
        has_pin: true,
        is_unsure: false,
        subject: "Card".into(),
        issued_by: "Agency CA".into(),
        expires_at: desk.house.app.now() + TimeDelta::days(365),
        is_for: None,
        fingerprint: "00".into(),
        presented: Presented::default(),
    }
}
