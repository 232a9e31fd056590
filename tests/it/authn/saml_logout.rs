// SPDX-License-Identifier: Apache-2.0
//! Single logout by SAML, both ways: the end here comes first, each of the others is told in turn,
//! and no message counts that its sender did not sign.

use authn::assurance::Level;
use authn::saml::PeerKey;
use authn::saml::redirect::Carrier;
use countersign_authn as authn;
use countersign_tests::house::{Answer, TestHouse, open_house};
use countersign_tests::service_provider::{
    Posted, SLO, SSO, ServiceProvider, Told, our_key, posted, redirected, response,
};
use http::{StatusCode, header};
use serde_json::json;

use super::desk::{Tab, location};

struct Stage<'a> {
    house: &'a TestHouse,
    key: PeerKey,
    tab: Tab<'a>,
    sps: Vec<(ServiceProvider, Told)>,
}

/// Dave, signed in at each of `hosts`.
async fn stage<'a>(house: &'a TestHouse, hosts: &[&str]) -> Stage<'a> {
    let browser = house.browser("dave", Level::Aal2, None).await;
    let mut tab = Tab::new(house);
    let (name, value) = browser.cookie.split_once('=').unwrap();
    tab.cookies.insert(name.to_owned(), value.to_owned());
    let mut sps = Vec::new();
    for host in hosts {
        let sp = ServiceProvider::new(host, house);
        sp.register(house, json!({})).await;
        let request = sp.request(house.app.now(), house);
        let told = response(&tab.get(&sp.address(SSO, Carrier::Request, &request, None)).await);
        assert_eq!(told.status, ["Success"]);
        sps.push((sp, told));
    }
    Stage {
        house,
        key: our_key(house).await,
        tab,
        sps,
    }
}

impl Stage<'_> {
    fn is_over(&self) -> bool {
        let dave = "dave".parse().unwrap();
        self.house
            .app
            .board
            .of_person(&dave, self.house.app.now())
            .is_empty()
    }

    fn logout(&self, of: usize) -> String {
        let (sp, told) = &self.sps[of];
        let request = sp.logout_request(told, self.house.app.now(), self.house);
        sp.address(SLO, Carrier::Request, &request, Some("back"))
    }

    fn answer(&self, of: &str, to: &Told, is_success: bool) -> String {
        let (sp, _) = self.sps.iter().find(|(sp, _)| sp.host == of).unwrap();
        let message = sp.logout_answer(&to.root["ID"], is_success, self.house.app.now(), self.house);
        sp.address(SLO, Carrier::Response, &message, None)
    }

    /// The request to the next service provider, and its host.
    fn told(&self, page: &Answer) -> (String, Told) {
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let address = led_to(page);
        let host = url::Url::parse(&address).unwrap().host_str().unwrap().to_owned();
        (host, redirected(&address, &self.key))
    }
}

/// Where a page leads on by itself.
fn led_to(page: &Answer) -> String {
    let (_, rest) = page
        .text
        .split_once("content=\"0;url=")
        .unwrap_or_else(|| panic!("{}", page.text));
    rest.split_once('"')
        .unwrap()
        .0
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

fn refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert!(answer.headers.get(header::LOCATION).is_none());
    assert!(answer.text.contains(why), "`{why}` is not said: {}", answer.text);
}

#[tokio::test]
async fn a_service_provider_signs_its_person_out_and_is_answered() {
    let house = open_house().await;
    let mut stage = stage(&house, &["wiki.example"]).await;
    let request = stage.logout(0);
    let answer = Tab::new(&house).get(&request).await;
    let page = location(&answer).to_owned();
    assert!(stage.is_over(), "ended before anything else");
    let answer = stage.tab.get(&page).await;
    let address = location(&answer).to_owned();
    assert!(
        address.starts_with("https://wiki.example/slo?SAMLResponse="),
        "{address}"
    );
    assert!(address.contains("RelayState=back"));
    let told = redirected(&address, &stage.key);
    assert_eq!(told.status, ["Success"]);
    refused(&stage.tab.get(&request).await, "used before");
    assert_eq!(stage.tab.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_others_are_told_in_turn_and_the_one_that_asked_learns_what_became_of_it() {
    let house = open_house().await;
    for is_success in [true, false] {
        let mut stage = stage(&house, &["a.example", "b.example", "c.example"]).await;
        let page = location(&Tab::new(&house).get(&stage.logout(0)).await).to_owned();
        assert!(stage.is_over());
        let mut seen = Vec::new();
        for _ in 0..2 {
            let shown = stage.tab.get(&page).await;
            let (host, told) = stage.told(&shown);
            let (_, at) = stage.sps.iter().find(|(sp, _)| sp.host == host).unwrap();
            assert_eq!((&told.name_id, &told.session), (&at.name_id, &at.session));
            assert_eq!(told.root["Destination"], format!("https://{host}/slo"));
            let answer = stage.answer(&host, &told, is_success || host != "b.example");
            // It comes from elsewhere, without cookies.
            assert_eq!(location(&Tab::new(&house).get(&answer).await), page);
            refused(&Tab::new(&house).get(&answer).await, "nothing that is asked now");
            seen.push(host);
        }
        seen.sort();
        assert_eq!(seen, ["b.example", "c.example"]);
        let last = stage.tab.get(&page).await;
        let address = if is_success {
            location(&last).to_owned()
        } else {
            assert!(
                last.text.contains("b.example") && last.text.contains("not everywhere"),
                "{}",
                last.text
            );
            assert!(!last.text.contains("c.example"));
            let (_, rest) = last.text.split_once("href=\"https://a.example").unwrap();
            let rest = rest.split_once('"').unwrap().0;
            format!(
                "https://a.example{}",
                rest.replace("&#38;", "&").replace("&amp;", "&")
            )
        };
        let told = redirected(&address, &stage.key);
        let expected: &[&str] = if is_success {
            &["Success"]
        } else {
            &["Success", "PartialLogout"]
        };
        assert_eq!(told.status, expected);
    }
}

#[tokio::test]
async fn signing_out_here_goes_round_and_says_what_may_still_be_open() {
    let house = open_house().await;
    let mut stage = stage(&house, &["a.example", "b.example"]).await;
    let dave = "dave".parse().unwrap();
    let session = house.app.board.of_person(&dave, house.app.now()).remove(0);
    let answer = stage
        .tab
        .post("/account/signout", &[("csrf", session.csrf.as_str())])
        .await;
    let page = location(&answer).to_owned();
    assert!(stage.is_over());
    let shown = stage.tab.get(&page).await;
    let (first, told) = stage.told(&shown);
    // She comes back before it has answered.
    let waiting = stage.tab.get(&page).await;
    assert!(waiting.text.contains("has not answered yet") && waiting.text.contains(&first));
    let id = page.strip_prefix("/saml/logout?id=").unwrap();
    let elsewhere = stage
        .tab
        .post_from("https://evil.example", "/saml/logout", &[("id", id)])
        .await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    let next = stage.tab.post("/saml/logout", &[("id", id)]).await;
    let (second, _) = stage.told(&next);
    assert_ne!(first, second);
    // Too late: it counts as silent.
    refused(
        &stage.tab.get(&stage.answer(&first, &told, true)).await,
        "nothing that is asked now",
    );
    let done = stage.tab.post("/saml/logout", &[("id", id)]).await;
    assert!(done.text.contains("signed out"), "{}", done.text);
    assert!(
        done.text.contains("a.example") && done.text.contains("b.example"),
        "{}",
        done.text
    );
    assert_eq!(
        stage.tab.get("/saml/logout?id=unknown").await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn an_unsigned_forged_foreign_stale_or_misdirected_logout_ends_nothing() {
    let house = open_house().await;
    let stage = stage(&house, &["a.example", "b.example"]).await;
    let now = house.app.now();
    let (a, told_a) = &stage.sps[0];
    let (b, told_b) = &stage.sps[1];
    let mut tab = Tab::new(&house);
    let good = || a.logout_request(told_a, now, &house);
    refused(
        &tab.get(&a.unsigned(SLO, Carrier::Request, &good(), None)).await,
        "not signed",
    );
    let field = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let plain = field(&good().canonical());
    let answer = tab
        .post_from("https://a.example", "/saml/slo", &[("SAMLRequest", &plain)])
        .await;
    refused(&answer, "not signed");
    let forged = b.address(SLO, Carrier::Request, &good(), None);
    refused(&tab.get(&forged).await, "does not hold");
    let stale = a.logout_request(told_a, now - chrono::TimeDelta::seconds(301), &house);
    refused(
        &tab.get(&a.address(SLO, Carrier::Request, &stale, None)).await,
        "run out",
    );
    let over = good().with(
        "NotOnOrAfter",
        authn::saml::instant(now - chrono::TimeDelta::seconds(60)),
    );
    refused(
        &tab.get(&a.address(SLO, Carrier::Request, &over, None)).await,
        "run out",
    );
    let stranger = ServiceProvider::new("c.example", &house);
    let request = stranger.logout_request(told_a, now, &house);
    refused(
        &tab.get(&stranger.address(SLO, Carrier::Request, &request, None))
            .await,
        "not registered",
    );
    // An answer to nothing, or of another.
    let answer = a.logout_answer("id0", true, now, &house);
    refused(
        &tab.get(&a.address(SLO, Carrier::Response, &answer, None)).await,
        "nothing that is asked now",
    );
    // Signed well, but about a session of another service provider, or of another person.
    let mix = |name: &Told, session: &Told| Told {
        name_id: name.name_id.clone(),
        session: session.session.clone(),
        ..Told::read("<a/>".to_owned())
    };
    for told in [mix(told_b, told_b), mix(told_a, told_b), mix(told_b, told_a)] {
        let request = a.logout_request(&told, now, &house);
        let answer = tab.get(&a.address(SLO, Carrier::Request, &request, None)).await;
        let told = redirected(location(&answer), &stage.key);
        assert_eq!(told.status, ["Requester", "UnknownPrincipal"]);
    }
    assert!(!stage.is_over());
}

#[tokio::test]
async fn a_service_provider_that_knows_only_forms_is_asked_and_answers_by_forms() {
    let house = open_house().await;
    let mut stage = stage(&house, &["a.example", "b.example"]).await;
    for (sp, _) in &stage.sps {
        let slo = format!("https://{}/slo", sp.host);
        let logout =
            json!([{"binding": "post", "location": slo, "response_location": format!("{slo}-done")}]);
        sp.register(&house, json!({"saml": {"logout": logout}})).await;
    }
    let (a, told) = &stage.sps[0];
    let request = a.field(a.logout_request(told, house.app.now(), &house));
    let fields = [("SAMLRequest", request.as_str()), ("RelayState", "back")];
    let answer = Tab::new(&house)
        .post_from("https://a.example", "/saml/slo", &fields)
        .await;
    let page = location(&answer).to_owned();
    assert!(stage.is_over());
    let read = |form: &Posted, field: &str| {
        use base64::Engine;
        let bytes = base64::engine::general_purpose::STANDARD.decode(&form.fields[field]);
        let text = String::from_utf8(bytes.unwrap()).unwrap();
        let gated = authn::saml::Gated::admit(text.as_bytes(), &authn::saml::Limits::MESSAGE).unwrap();
        authn::saml::signature::verify(&gated, std::slice::from_ref(&stage.key)).unwrap();
        Told::read(text)
    };
    let (form, policy) = posted(&stage.tab.get(&page).await);
    assert_eq!(
        (form.action.as_str(), policy.as_str()),
        ("https://b.example/slo", "'self' https://b.example")
    );
    let asked = read(&form, "SAMLRequest");
    let (b, at_b) = &stage.sps[1];
    assert_eq!((&asked.name_id, &asked.session), (&at_b.name_id, &at_b.session));
    let done = b.field(b.logout_answer(&asked.root["ID"], true, house.app.now(), &house));
    let answer = Tab::new(&house)
        .post_from("https://b.example", "/saml/slo", &[("SAMLResponse", &done)])
        .await;
    assert_eq!(location(&answer), page);
    let (form, policy) = posted(&stage.tab.get(&page).await);
    assert_eq!(
        (form.action.as_str(), policy.as_str()),
        ("https://a.example/slo-done", "https://a.example")
    );
    assert_eq!(form.fields["RelayState"], "back");
    assert_eq!(read(&form, "SAMLResponse").status, ["Success"]);
}
