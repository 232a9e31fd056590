// SPDX-License-Identifier: Apache-2.0
//! Whether a card was cancelled: lists of their age, fetched ones, and responders that do not answer.

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_tests::cards::CardHouse;
use countersign_tests::pki::{Authority, Leaf};
use http::Method as Verb;

use super::cards::{ALICE, link, present, signed_in};
use super::desk::Tab;

#[tokio::test]
async fn a7_a_list_counts_until_its_successor_is_due_and_not_a_second_longer() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    // Due at midnight; it is noon.
    desk.house.advance(TimeDelta::hours(12)).await;
    signed_in(&desk, &card, "alice").await;
    desk.house.advance(TimeDelta::seconds(1)).await;
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&card)).await;
    assert!(page.text.contains("check your card right now"), "{}", page.text);
    assert!(page.text.contains("Reference"));
    // A new list, read while the house goes on.
    desk.bring_list(&desk.authority.list(11, 28, &[])).await;
    signed_in(&desk, &card, "alice").await;
    desk.bring_list(&desk.authority.list(12, 28, &[1])).await;
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&card)).await;
    assert!(page.text.contains("has been cancelled"), "{}", page.text);
    // An older list in its place revives nothing.
    desk.bring_list(&desk.authority.list(11, 28, &[])).await;
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&card)).await;
    assert!(page.text.contains("has been cancelled"), "{}", page.text);
}

#[tokio::test]
async fn the_console_shows_each_list_with_its_age_and_who_has_none() {
    let desk = CardHouse::open(toml::Table::new()).await;
    let shown = async || {
        // Signed in just now: the desk's clock goes on for longer than a session lasts.
        let hugo = desk.house.browser("hugo", Level::Aal2, None).await;
        let path = "/api/v1/revocation-lists";
        desk.house.as_person(&hugo, Verb::GET, path, None).await.json()
    };
    // Made on the 20th, due on the 24th at midnight; it is noon of the 23rd.
    let all = shown().await;
    let list = &all["items"][0];
    assert_eq!(list["about"], "cards", "{all}");
    assert_eq!(list["due_at"], "2026-11-24T00:00:00Z");
    assert!(list["issuer"].as_str().unwrap().contains("Agency CA"), "{all}");
    assert_eq!((&list["age"], &list["entries"]), (&"old".into(), &0.into()));
    assert!(all["missing"].as_array().unwrap().is_empty(), "{all}");
    desk.house.advance(TimeDelta::hours(13)).await;
    assert_eq!(shown().await["items"][0]["age"], "overdue");
    desk.bring_list(&desk.authority.list(11, 28, &[1, 2])).await;
    let all = shown().await;
    let list = &all["items"][0];
    assert_eq!(
        (&list["age"], &list["entries"]),
        (&"fresh".into(), &2.into()),
        "{all}"
    );
    std::fs::remove_file(desk.folder.file("list.crl")).unwrap();
    desk.house.read_lists().await;
    let all = shown().await;
    assert_eq!(all["missing"][0]["about"], "cards", "{all}");
}

#[tokio::test]
async fn a7_grace_is_counted_in_hours_and_soft_fail_gives_no_aal3() {
    let desk = CardHouse::open(toml::toml! { grace_hours = 2 }).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    desk.house.advance(TimeDelta::hours(14)).await;
    signed_in(&desk, &card, "alice").await;
    desk.house.advance(TimeDelta::seconds(1)).await;
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&card)).await;
    assert!(page.text.contains("check your card right now"));

    let desk = CardHouse::open(toml::toml! { soft_fail = true }).await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    link(&desk, "alice", &card).await;
    desk.house.advance(TimeDelta::hours(13)).await;
    assert_eq!(signed_in(&desk, &card, "alice").await.level, Level::Aal2);
}

#[tokio::test]
async fn a_list_is_fetched_from_its_address_where_calls_are_allowed() {
    let authority = Authority::new("Agency CA");
    let list = authority.list(11, 28, &[1]);
    let address = serve(axum::Router::new().route("/list.crl", axum::routing::get(async move || list))).await;
    for (outbound, words) in [(true, "has been cancelled"), (false, "check your card right now")] {
        let mut keys = toml::Table::new();
        keys.insert("outbound".into(), outbound.into());
        let urls = if outbound {
            vec![format!("http://{address}/list.crl")]
        } else {
            Vec::new()
        };
        keys.insert("crl_urls".into(), urls.into());
        let authority = authority.again();
        let desk = CardHouse::open_with(authority, keys, toml::Table::new()).await;
        std::fs::remove_file(desk.folder.file("list.crl")).unwrap();
        desk.house.read_lists().await;
        desk.house.app.fetch_lists().await;
        let card = desk.authority.issue(&Leaf::of(1, ALICE));
        let mut tab = Tab::new(&desk.house);
        let page = present(&desk, &mut tab, Some(&card)).await;
        assert!(page.text.contains(words), "{}", page.text);
    }
}

#[tokio::test]
async fn a_responder_that_does_not_answer_leaves_the_card_undetermined_after_two_seconds() {
    let silent = axum::Router::new().fallback(async || std::future::pending::<String>().await);
    let address = serve(silent).await;
    let mut anchor = toml::toml! { ocsp = "on" };
    anchor.insert("ocsp_responder".into(), format!("http://{address}/").into());
    let keys = toml::toml! { outbound = true };
    let desk = CardHouse::open_with(Authority::new("Agency CA"), keys, anchor).await;
    std::fs::remove_file(desk.folder.file("list.crl")).unwrap();
    desk.house.read_lists().await;
    let card = desk.authority.issue(&Leaf::of(1, ALICE));
    let began = std::time::Instant::now();
    let mut tab = Tab::new(&desk.house);
    let page = present(&desk, &mut tab, Some(&card)).await;
    assert!(page.text.contains("check your card right now"), "{}", page.text);
    assert!(began.elapsed() >= std::time::Duration::from_secs(2));
}

async fn serve(router: axum::Router) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}
