// SPDX-License-Identifier: Apache-2.0
//! Our provider: its people, its client, and the way through its pages.

use std::sync::Arc;

use authn::Happened;
use authn::assurance::{Level, Method, Proof};
use authn::oidc::client::{ClientRecord, new_secret};
use authn::session::{Lifetimes, Place, open};
use authn::store::{clients, passwords};
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_server::app::App;
use countersign_server::record;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::talk::{Talk, Turn, cookies, parameter};
use super::{CLIENT, PEOPLE, Provider, REDIRECT};
use crate::house::Running;
use crate::world;

const PASSWORD: &str = "four words of mine";
const ORIGIN: &str = "origin: http://localhost:8080\r\n";

/// Gives people passwords and sessions, and a client its secret: what [`provider`] has to know.
pub async fn seed(app: &App) -> Value {
    let now = app.now();
    let mut rng = app.rng();
    let mut log = Happened::new();
    let hash = app.factors.hash(SecretString::from(PASSWORD), app.rng());
    let hash = hash.await.expect("a hash");
    let record: ClientRecord = serde_json::from_value(json!({
        "id": CLIENT, "name": "Benchmark", "redirect_uris": [REDIRECT],
        "grants": ["authorization_code", "client_credentials", "refresh_token"],
    }))
    .expect("a client");
    let (secret, hashed) = new_secret(&mut rng);
    let mut db = app.database.begin_write().await.expect("a transaction");
    clients::put(&record, now, &mut db)
        .await
        .expect("the client is stored");
    clients::set_secret(CLIENT, Some(hashed), &mut db)
        .await
        .expect("its secret is stored");
    let proof = Proof {
        level: Level::Aal1,
        methods: [Method::Pwd].into(),
        at: now,
        attested: false,
        by: Vec::new(),
    };
    let mut browsers = Vec::new();
    for person in (0..PEOPLE).map(world::person) {
        passwords::put(&person, &hash, now, &mut db)
            .await
            .expect("her password is stored");
        let lifetimes = Lifetimes::default();
        let place = Place::default();
        let opened = open::open(
            &person, &proof, place, &lifetimes, now, &mut rng, &mut log, &mut db,
        );
        let (_, cookie) = opened.await.expect("a session");
        browsers.push(format!("countersign={}", cookie.expose()));
    }
    record::happened(&Actor::Operator, &log, now, &mut db)
        .await
        .expect("it is on record");
    app.commit(db).await.expect("a commit");
    json!({ "secret": secret.expose(), "cookies": browsers })
}

/// The provider of a running house.
pub fn provider(house: &Running) -> Provider {
    let at = |path: &str| format!("/oauth2/{path}");
    let cookies = house.provider["cookies"].as_array().expect("cookies");
    Provider {
        address: house.address,
        process: house.id(),
        host: "localhost".into(),
        token: at("token"),
        introspect: at("introspect"),
        userinfo: at("userinfo"),
        authorize: at("authorize"),
        secret: house.provider["secret"].as_str().expect("a secret").into(),
        cookies: cookies
            .iter()
            .map(|cookie| cookie.as_str().expect("a cookie").to_owned())
            .collect(),
        sends_on: "303",
        sign_in,
    }
}

/// Authorization, page for her name, name, page for her password, password, and on to the client.
fn sign_in(provider: &Arc<Provider>, number: usize) -> Talk {
    let provider = Arc::clone(provider);
    let person = world::person(number).to_string();
    let (mut step, mut cookie, mut flow) = (0, String::new(), String::new());
    Box::new(move |answer| {
        let page = |flow: &str| format!("/signin?flow={flow}");
        let (request, status, expects) = match step {
            0 => (provider.get(&provider.authorization(), "", ""), "303", "flow="),
            1 => {
                (cookie, flow) = (cookies(answer), parameter(answer, "flow"));
                (provider.get(&page(&flow), &cookie, ""), "200", "/signin/name")
            }
            2 => {
                let fields = [("flow", flow.as_str()), ("name", &person)];
                (
                    provider.post("/signin/name", &cookie, ORIGIN, &fields),
                    "303",
                    "flow=",
                )
            }
            3 => (provider.get(&page(&flow), &cookie, ""), "200", "/signin/password"),
            4 => {
                let fields = [("flow", flow.as_str()), ("password", PASSWORD)];
                let request = provider.post("/signin/password", &cookie, ORIGIN, &fields);
                (request, "200", "/signin/continue")
            }
            _ => {
                cookie = format!("{cookie}; {}", cookies(answer));
                let path = format!("/signin/continue?flow={flow}");
                (provider.get(&path, &cookie, ""), "303", "code=")
            }
        };
        let ends = step == 5;
        step = if ends { 0 } else { step + 1 };
        Turn {
            request,
            status,
            expects,
            ends,
        }
    })
}
