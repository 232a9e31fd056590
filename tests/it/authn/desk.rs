// SPDX-License-Identifier: Apache-2.0
//! A browser that keeps its cookies, and a client that it is sent to.

use std::collections::BTreeMap;

use authn::Happened;
use authn::enrolment;
use authn::oidc::client::{ClientRecord, new_secret};
use authn::store::clients;
use axum::body::Body;
use countersign_authn as authn;
use countersign_tests::authenticator::Authenticator;
use countersign_tests::house::{Answer, TestHouse};
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "http://localhost:8080";
pub(crate) const REDIRECT: &str = "https://chat.example/callback";
// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A browser with cookies.
pub(crate) struct Tab<'a> {
    pub(crate) house: &'a TestHouse,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'a> Tab<'a> {
    pub(crate) fn new(house: &'a TestHouse) -> Self {
        Self {
            house,
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::builder().method(Method::GET).uri(path), Body::empty())
            .await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(ORIGIN, path, fields).await
    }

    pub(crate) async fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form(fields);
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body)).await
    }

    async fn send(&mut self, request: http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::COOKIE, cookies.join("; "))
            .body(body)
            .unwrap();
        let answer = self.house.send(request).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax") && line.contains("Path=/"));
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        answer
    }

    /// Begins a sign-in and returns the flow's name.
    pub(crate) async fn begin(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        location(&answer)
            .strip_prefix("/signin?flow=")
            .unwrap()
            .to_owned()
    }

    /// Asks for a challenge of this flow.
    pub(crate) async fn challenge(&mut self, flow: &str) -> Value {
        let answer = self.post("/signin/challenge", &[("flow", flow)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// Signs in with a passkey and goes on to where that leads.
    pub(crate) async fn sign_in(&mut self, path: &str, passkey: &mut Authenticator) -> Answer {
        let flow = self.begin(path).await;
        let challenge = self.challenge(&flow).await;
        let credential = passkey.get(&challenge["options"]);
        let id = challenge["id"].as_str().unwrap();
        let fields = [
            ("flow", flow.as_str()),
            ("challenge", id),
            ("credential", &credential),
        ];
        let answer = self.post("/signin/passkey", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        self.get(&format!("/signin/continue?flow={flow}")).await
    }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

pub(crate) fn location(answer: &Answer) -> &str {
    answer.headers.get(header::LOCATION).unwrap().to_str().unwrap()
}

/// The parameters of the answer that a client gets.
pub(crate) fn told(answer: &Answer) -> BTreeMap<String, String> {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let url = url::Url::parse(location(answer)).unwrap();
    assert!(url.as_str().starts_with(REDIRECT));
    url.query_pairs().into_owned().collect()
}

/// A fresh enrolment link.
pub(crate) async fn link(house: &TestHouse, person: &str) -> String {
    let now = house.app.now();
    let mut log = Happened::new();
    let mut db = house.app.database.begin_write().await.unwrap();
    let person = person.parse().unwrap();
    let lifetime = enrolment::LIFETIME;
    let link = enrolment::issue(&person, lifetime, now, &mut house.app.rng(), &mut log, &mut db)
        .await
        .unwrap();
    house.app.commit(db).await.unwrap();
    link.expose().to_owned()
}

/// Enrols a passkey through the pages.
pub(crate) async fn passkey(house: &TestHouse, person: &str) -> Authenticator {
    let mut key = Authenticator::new(ORIGIN, "localhost", person.as_bytes());
    let link = link(house, person).await;
    let answer = enrol(house, &link, &mut key).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    key
}

/// Tries to enrol a passkey with `link`.
pub(crate) async fn enrol(house: &TestHouse, link: &str, key: &mut Authenticator) -> Answer {
    let mut tab = Tab::new(house);
    let challenge = tab.post(&format!("/enrol/{link}/challenge"), &[]).await;
    if challenge.status != StatusCode::OK {
        return challenge;
    }
    let challenge = challenge.json();
    let credential = key.create(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("challenge", id),
        ("credential", credential.as_str()),
        ("name", "Test key"),
    ];
    tab.post(&format!("/enrol/{link}/passkey"), &fields).await
}

/// Registers a client; returns its secret.
pub(crate) async fn client(house: &TestHouse, changes: Value) -> String {
    let mut record = json!({
        "id": "chat", "name": "Chat", "redirect_uris": [REDIRECT],
        "post_logout_redirect_uris": ["https://chat.example/bye"],
        "grants": ["authorization_code", "client_credentials"],
    });
    for (name, value) in changes.as_object().unwrap() {
        record[name] = value.clone();
    }
    let record: ClientRecord = serde_json::from_value(record).unwrap();
    let now = house.app.now();
    let (secret, hash) = new_secret(&mut house.app.rng());
    let mut db = house.app.database.begin_write().await.unwrap();
    clients::put(&record, now, &mut db).await.unwrap();
    clients::set_secret(&record.id, Some(hash), &mut db)
        .await
        .unwrap();
    house.app.commit(db).await.unwrap();
    secret.expose().to_owned()
}

/// An authorization request, changed.
pub(crate) fn authorize(changes: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("client_id", "chat"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("state", "a state"),
        ("nonce", "a nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for change in changes {
        fields.retain(|(name, _)| *name != change.0);
        fields.push(*change);
    }
    format!("/oauth2/authorize?{}", form(&fields))
}

/// Redeems a code, with changes.
pub(crate) async fn redeem(house: &TestHouse, secret: &str, code: &str, changes: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_id", "chat"),
        ("client_secret", secret),
    ];
    for change in changes {
        fields.retain(|(name, _)| *name != change.0);
        fields.push(*change);
    }
    token(house, &fields).await
}

/// Calls the token endpoint.
pub(crate) async fn token(house: &TestHouse, fields: &[(&str, &str)]) -> Answer {
    call(house, "/oauth2/token", fields).await
}

/// Calls an endpoint of the provider as a client does.
pub(crate) async fn call(house: &TestHouse, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form(fields)))
        .unwrap();
    house.send(request).await
}
