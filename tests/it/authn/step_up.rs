// SPDX-License-Identifier: Apache-2.0
//! Who is signed in too weakly or too long ago is told what asks for more, and is offered what would do of what she
//! has (RFC 9470).

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_tests::house::{TestHouse, open_house, open_house_configured};
use http::{Method, StatusCode};
use serde_json::json;

use super::desk::{Tab, authorize, client, location, passkey, told};
use super::password::{PASSWORD, at_code, enrol, give_code};

/// A browser in which somebody signed in with password and security code.
async fn by_password<'a>(house: &'a TestHouse, person: &str, path: &str) -> (Tab<'a>, String) {
    let seed = enrol(house, person).await;
    house.advance(TimeDelta::seconds(30)).await;
    let (mut tab, mut flow) = at_code(house, person).await;
    if path != "/signin" {
        flow = tab.begin(path).await;
        tab.post("/signin/name", &[("flow", &flow), ("name", person)])
            .await;
        tab.post("/signin/password", &[("flow", &flow), ("password", PASSWORD)])
            .await;
    }
    let code = seed.code_at(house.app.now());
    assert_eq!(give_code(&mut tab, &flow, &code).await, StatusCode::OK);
    let next = tab.get(&format!("/signin/continue?flow={flow}")).await;
    (tab, location(&next).to_owned())
}

async fn page(tab: &mut Tab<'_>, flow: &str) -> String {
    let page = tab.get(&format!("/signin?flow={flow}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.text.replace("&#39;", "'")
}

async fn with_passkey(
    tab: &mut Tab<'_>,
    flow: &str,
    key: &mut countersign_tests::authenticator::Authenticator,
) -> StatusCode {
    let challenge = tab.challenge(flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [("flow", flow), ("challenge", id), ("credential", &credential)];
    tab.post("/signin/passkey", &fields).await.status
}

fn session(house: &TestHouse, person: &str) -> countersign_authn::session::Session {
    let all = house
        .app
        .board
        .of_person(&person.parse().unwrap(), house.app.now());
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].clone()
}

#[tokio::test]
async fn what_she_has_and_is_strong_enough_is_offered_and_nothing_else() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let mut key = passkey(&house, "dave").await;
    let (mut tab, _) = by_password(&house, "dave", "/signin").await;
    let before = session(&house, "dave");
    assert_eq!(before.level, Level::Aal2);
    let flow = tab.begin(&authorize(&[("acr_values", "phr")])).await;
    let text = page(&mut tab, &flow).await;
    for said in [
        "One more step",
        "You are signed in with two factors, but Chat needs a passkey or a smartcard.",
        "AAL2, phishing-resistant",
        "dave",
        "Sign in with a passkey",
        "Go back to Chat",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for weak in [
        "assword</button>",
        "/signin/name",
        "Username",
        "Use a smartcard",
        "None of your ways",
    ] {
        assert!(!text.contains(weak), "{weak}: {text}");
    }
    // Who sends the form all the same is not asked for a password either.
    let answer = tab
        .post("/signin/name", &[("flow", &flow), ("name", "dave")])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!answer.text.contains("current-password"), "{}", answer.text);
    assert_eq!(with_passkey(&mut tab, &flow, &mut key).await, StatusCode::OK);
    let answer = tab.get(&format!("/signin/continue?flow={flow}")).await;
    assert!(told(&answer).contains_key("code"), "the request was kept");
    let after = session(&house, "dave");
    assert_eq!((after.id, after.level), (before.id, Level::Aal2PhishingResistant));
}

#[tokio::test]
async fn who_has_nothing_that_would_do_reads_what_would_and_where_to_get_it() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let (mut tab, _) = by_password(&house, "dave", "/signin").await;
    for (acr, said) in [
        ("phr", "Add a passkey in your account"),
        ("phrh", "add an attested security key with that"),
    ] {
        let flow = tab.begin(&authorize(&[("acr_values", acr)])).await;
        let text = page(&mut tab, &flow).await;
        assert!(
            text.contains("None of your ways to sign in is enough for this."),
            "{text}"
        );
        assert!(text.contains(said), "{text}");
        assert!(
            !text.contains("data-passkey") && !text.contains("/signin/name"),
            "{text}"
        );
        let back = tab.get(&format!("/signin/back?flow={flow}")).await;
        assert_eq!(told(&back)["error"], "unmet_authentication_requirements");
    }
}

#[tokio::test]
async fn a_sign_in_that_is_too_old_is_confirmed_by_any_way_of_hers() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let (mut tab, _) = by_password(&house, "dave", "/signin").await;
    house.advance(TimeDelta::seconds(61)).await;
    let flow = tab.begin(&authorize(&[("max_age", "60")])).await;
    let text = page(&mut tab, &flow).await;
    assert!(text.contains("Confirm that it's you"), "{text}");
    assert!(text.contains("it may be no more than 1 minute ago"), "{text}");
    assert!(text.contains("Use your password and a security code"), "{text}");
    assert!(!text.contains("data-passkey"), "she has none: {text}");
    let back = tab.get(&format!("/signin/back?flow={flow}")).await;
    assert_eq!(told(&back)["error"], "access_denied", "she could have");
    // A client that names somebody else, or lets her choose, is not answered for her.
    for change in [("login_hint", "alice"), ("prompt", "select_account")] {
        let flow = tab.begin(&authorize(&[change, ("max_age", "60")])).await;
        assert!(page(&mut tab, &flow).await.contains("Username"));
    }
}

#[tokio::test]
async fn what_her_office_needs_is_asked_of_her_once_she_is_known() {
    let sections = "[provider.role_levels]\nsecurity_officer = \"aal2_phishing_resistant\"";
    let house = open_house_configured(sections.parse().unwrap()).await;
    client(&house, json!({})).await;
    let mut key = passkey(&house, "judy").await;
    let (mut tab, next) = by_password(&house, "judy", &authorize(&[])).await;
    let flow = next.strip_prefix("/signin?flow=").expect(&next).to_owned();
    let text = page(&mut tab, &flow).await;
    assert!(text.contains("but Chat needs a passkey or a smartcard"), "{text}");
    assert_eq!(with_passkey(&mut tab, &flow, &mut key).await, StatusCode::OK);
    let answer = tab.get(&format!("/signin/continue?flow={flow}")).await;
    assert!(told(&answer).contains_key("code"));
}

#[tokio::test]
async fn before_anybody_is_known_no_password_is_asked_for_where_none_would_do() {
    let house = open_house().await;
    client(&house, json!({})).await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin(&authorize(&[("acr_values", "phr")])).await;
    let text = page(&mut tab, &flow).await;
    assert!(text.contains("Chat needs a passkey or a smartcard."), "{text}");
    assert!(
        text.contains("data-passkey") && !text.contains("Username"),
        "{text}"
    );
    for name in ["dave", "nobody"] {
        let answer = tab.post("/signin/name", &[("flow", &flow), ("name", name)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
}

#[tokio::test]
async fn the_page_names_the_act_that_asks_and_leads_back_to_the_console() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal1, None).await;
    let answer = house
        .as_person(&judy, Method::POST, "/api/v1/people/alice/revoke", None)
        .await;
    let url = answer.json()["step_up"]["url"].as_str().unwrap().to_owned();
    assert!(
        url.ends_with("/signin?acr_values=urn%3Ax%3Aaal%3A2&act=user.revoke"),
        "{url}"
    );
    let (mut tab, _) = by_password(&house, "judy", "/signin").await;
    for (act, said) in [
        ("user.revoke", "Ending somebody's access needs"),
        ("unheard.of", "What you want to do in the console needs"),
    ] {
        let path = format!("/signin?then=/admin/people/alice&acr_values=phr&act={act}");
        let flow = tab.begin(&path).await;
        let text = page(&mut tab, &flow).await;
        assert!(text.contains(said), "{text}");
        let back = tab.get(&format!("/signin/back?flow={flow}")).await;
        assert_eq!(location(&back), "/admin/people/alice");
    }
}
