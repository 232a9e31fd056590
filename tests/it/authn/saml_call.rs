// SPDX-License-Identifier: Apache-2.0
//! Sessions that somebody else ends than the person herself: service providers are called, and those that
//! cannot be are named.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use authn::assurance::Level;
use authn::saml::redirect::Carrier;
use authn::saml::{Gated, Limits, PeerKey, signature};
use authn::store::outbox;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use countersign_authn as authn;
use countersign_tests::house::{TestHouse, open_house};
use countersign_tests::service_provider::{SSO, ServiceProvider, Told, our_key, response};
use http::Method;
use serde_json::{Value, json};

use super::desk::Tab;

/// A service provider's end of a call: what came, and with which status it answers.
#[derive(Clone, Default)]
struct Called {
    came: Arc<Mutex<Vec<String>>>,
    says: Arc<Mutex<&'static str>>,
}

impl Called {
    async fn start(entity_id: &str) -> (Self, String) {
        let this = Self {
            says: Arc::new(Mutex::new("Success")),
            ..Self::default()
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/soap", listener.local_addr().unwrap());
        let entity_id = entity_id.to_owned();
        let answer = async move |State(this): State<Called>, body: String| {
            let (_, rest) = body.split_once(" ID=\"").unwrap();
            let id = rest.split('"').next().unwrap().to_owned();
            this.came.lock().unwrap().push(body);
            let status = *this.says.lock().unwrap();
            format!(
                "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>\
                 <p:LogoutResponse xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"a\" Version=\"2.0\" \
                 InResponseTo=\"{id}\"><a:Issuer xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\">{entity_id}</a:Issuer>\
                 <p:Status><p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{status}\"/></p:Status>\
                 </p:LogoutResponse></S:Body></S:Envelope>"
            )
        };
        let router = Router::new()
            .route("/soap", post(answer))
            .with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (this, address)
    }

    /// The requests that came, each verified to be ours.
    fn verified(&self, key: &PeerKey) -> Vec<String> {
        let came = self.came.lock().unwrap();
        came.iter()
            .map(|body| {
                let (_, rest) = body.split_once("<soap:Body>").unwrap();
                let (request, _) = rest.split_once("</soap:Body>").unwrap();
                let gated = Gated::admit(request.as_bytes(), &Limits::MESSAGE).unwrap();
                let verified = signature::verify(&gated, std::slice::from_ref(key)).unwrap();
                verified.text().to_owned()
            })
            .collect()
    }
}

async fn signed_in<'a>(house: &'a TestHouse, sps: &[&ServiceProvider]) -> (Tab<'a>, Vec<Told>) {
    let browser = house.browser("dave", Level::Aal2, None).await;
    let mut tab = Tab::new(house);
    let (name, value) = browser.cookie.split_once('=').unwrap();
    tab.cookies.insert(name.to_owned(), value.to_owned());
    let mut told = Vec::new();
    for sp in sps {
        let request = sp.request(house.app.now(), house);
        let address = sp.address(SSO, Carrier::Request, &request, None);
        told.push(response(&tab.get(&address).await));
    }
    (tab, told)
}

/// Sends what is due, until so many messages were heard or failed.
async fn sent(house: &TestHouse, called: &Called, count: usize) {
    house.app.begin_logouts().await.unwrap();
    let begun = Instant::now();
    while called.came.lock().unwrap().len() < count || !house.app.logouts_under_way.lock().await.is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody is called");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn waiting(house: &TestHouse) -> Vec<outbox::Notice> {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let later = house.app.now() + chrono::TimeDelta::hours(1);
    outbox::due(later, 10, &mut db).await.unwrap()
}

fn by_call(address: &str) -> Value {
    json!({"saml": {"logout": [
        {"binding": "soap", "location": address},
        {"binding": "redirect", "location": "https://wiki.example/slo"},
    ]}})
}

#[tokio::test]
async fn an_administrator_ends_a_session_and_who_can_be_called_is_and_who_cannot_is_named() {
    let house = open_house().await;
    let (wiki, files) = (
        ServiceProvider::new("wiki.example", &house),
        ServiceProvider::new("files.example", &house),
    );
    let (called, address) = Called::start(&wiki.entity_id).await;
    wiki.register(&house, by_call(&address)).await;
    files.register(&house, json!({})).await;
    let key = our_key(&house).await;
    let (_tab, told) = signed_in(&house, &[&wiki, &files]).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let ended = house
        .as_person(&judy, Method::POST, "/api/v1/people/dave/sessions/end", None)
        .await
        .json();
    assert_eq!(ended["sessions_ended"], 1, "{ended}");
    assert_eq!(
        ended["not_reached"],
        json!([{"client": "files.example", "name": "files.example"}])
    );
    // It is refused first: it is asked again until it has heard.
    *called.says.lock().unwrap() = "Responder";
    sent(&house, &called, 1).await;
    assert_eq!(waiting(&house).await.len(), 1);
    let dave = "dave".parse().unwrap();
    assert!(
        house
            .app
            .board
            .facts(&dave, "wiki.example", None, house.app.now())
            .unwrap()
            .revoked
    );
    *called.says.lock().unwrap() = "Success";
    house.advance(chrono::TimeDelta::seconds(1)).await;
    sent(&house, &called, 2).await;
    assert!(waiting(&house).await.is_empty());
    let requests = called.verified(&key);
    for request in &requests {
        let session = format!(">{}<", told[0].session.as_deref().unwrap());
        let name = format!(">{}<", told[0].name_id.as_deref().unwrap());
        assert!(request.contains(&session) && request.contains(&name), "{request}");
        assert!(
            request.contains(&format!("Destination=\"{address}\"")),
            "{request}"
        );
    }
    assert_ne!(requests[0], requests[1], "each time a request of its own");
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let leaves: Vec<Vec<u8>> = sqlx::query_scalar("SELECT record FROM audit_leaves")
        .fetch_all(&mut *db)
        .await
        .unwrap();
    let record = String::from_utf8_lossy(&leaves.concat()).into_owned();
    assert!(
        record.contains("\"not_called\":[\"files.example\"]"),
        "who could not be told is on record"
    );
}

#[tokio::test]
async fn a_revoked_person_and_a_lost_device_are_told_of_too() {
    for path in ["/api/v1/people/dave/revoke", "/api/v1/people/dave/sessions/end"] {
        let house = open_house().await;
        let wiki = ServiceProvider::new("wiki.example", &house);
        let (called, address) = Called::start(&wiki.entity_id).await;
        wiki.register(&house, by_call(&address)).await;
        signed_in(&house, &[&wiki]).await;
        let judy = house.browser("judy", Level::Aal2, None).await;
        let ended = house.as_person(&judy, Method::POST, path, None).await.json();
        assert_eq!(ended["not_reached"], json!([]), "{path} {ended}");
        sent(&house, &called, 1).await;
        assert!(waiting(&house).await.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn who_signs_out_herself_is_led_round_and_a_call_follows_only_where_that_did_not_get_there() {
    let house = open_house().await;
    let wiki = ServiceProvider::new("wiki.example", &house);
    let (called, address) = Called::start(&wiki.entity_id).await;
    wiki.register(&house, by_call(&address)).await;
    let (mut tab, _) = signed_in(&house, &[&wiki]).await;
    let dave = "dave".parse().unwrap();
    let csrf = house.app.board.of_person(&dave, house.app.now()).remove(0).csrf;
    let page = tab.post("/account/signout", &[("csrf", csrf.as_str())]).await;
    assert!(
        page.text.contains("wiki.example") || page.headers.contains_key("location"),
        "{}",
        page.text
    );
    house.app.begin_logouts().await.unwrap();
    assert!(
        called.came.lock().unwrap().is_empty(),
        "the browser is on its way"
    );
    // It never comes back.
    house.advance(chrono::TimeDelta::minutes(15)).await;
    sent(&house, &called, 1).await;
    assert!(waiting(&house).await.is_empty());
}
